import OctetDiagnostics
import OctetIR
import OctetOps
import Testing

/// Parts of graphs, and which nodes they need.
@Suite struct PartTests {
  private func parse(_ text: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + text, file: "t.oct", makeOp: OpCatalog.makeOp)
  }

  private func value(_ name: String, _ graph: Graph) throws -> ValueID {
    ValueID(try #require(graph.values.firstIndex { $0.name == name }))
  }

  /// A part that is given what one of its nodes makes beside something else.
  @Test func givenResultsAreNotMadeAgain() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[2,4]) -> (%s) {
        %axis = const [1] : i32[]
        %a, %b = split(%axis, %x) {count = 2}
        %s = sub(%a, %b)
      }
      """)
    let (a, s) = (try value("a", graph), try value("s", graph))
    let places = graph.places(from: [a], to: [s])
    #expect(places == [0, 1])
    let (part, sources) = graph.part(places.map { graph.nodes[$0] }, inputs: [a], outputs: [s])
    #expect(sources == [a, try value("x", graph)])
    #expect(part.verify(into: DiagnosticLog()))
    #expect(part.nodes[1].inputs[0] == part.inputs[0])
  }

  /// Of two variables, a part has the assignment of the one that it reads, and what that needs.
  @Test func assignmentsBelongToTheirVariables() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[1,2]) -> (%y, %z) {
        %h = var_handle() {container = "", variable = "a"} : resource[]
        %before = read_variable(%h) {type = f32, extents = [1, 2]} : f32[1,2]
        %y = add(%before, %x)
        %twice = add(%y, %y)
        %same = var_handle() {container = "", variable = "a"} : resource[]
        assign_variable(%same, %twice)
        %other = var_handle() {container = "", variable = "b"} : resource[]
        %z = relu(%x)
        assign_variable(%other, %z)
      }
      """)
    let (y, z) = (try value("y", graph), try value("z", graph))
    #expect(graph.places(from: [], to: [y]) == [0, 1, 2, 3, 4, 5])
    #expect(graph.places(from: [], to: [z]) == [7])
    let before = try value("before", graph)
    #expect(graph.places(from: [before], to: [y]) == [2])
    #expect(graph.isFixed() == [true, false, false, false, true, false, true, false, false])
  }
}
