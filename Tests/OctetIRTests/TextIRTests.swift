import OctetDiagnostics
import OctetIR
import OctetOps
import Testing

private func parse(_ text: String) throws -> Graph {
  try Graph(parsing: "octet-ir 1\n" + text, file: "t.oct", makeOp: OpCatalog.makeOp)
}

private func problems(of graph: Graph) -> [Diagnostic] {
  let log = DiagnosticLog()
  graph.verify(into: log)
  return log.diagnostics
}

@Suite struct TextIRTests {
  /// A loop with two variables, one of them of unknown length, beside a foreign operator.
  static let loop = """
    graph @main(%data: f32[?image.batch("placeholder 'image'"),4], %n: i32[]) -> (%sum, %found) {
      graph @test(%x: f32[?image.batch("placeholder 'image'"),4], %i: i32[]) -> (%go) {
        %go = foreign(%i) {framework = tensorflow, type = "Less"} : bool[]
      }
      graph @step(%x: f32[?image.batch("placeholder 'image'"),4], %i: i32[]) -> (%y, %next) {
        %y = relu(%x) : f32[?image.batch("placeholder 'image'"),4]
        %next = foreign(%i) {framework = tensorflow, type = "AddV2", count = 1} : i32[]
      }
      %sum, %left = while(%data, %n) {condition = @test, body = @step} : f32[?image.batch("placeholder 'image'"),4], i32[]
      %found = foreign(%sum, %left) {framework = tensorflow, type = "Where", "strange name" = [1, 2]} : i64[?"Where:0"("node 'Where'"),2] loc(file = "m.pb", op = "Where", node = "a/Where", offset = 77)
    }
    """

  @Test func loopWithUnknownDimensionRoundTrips() throws {
    let graph = try parse(Self.loop)
    #expect(problems(of: graph).isEmpty)
    let text = GraphPrinter().print(graph)
    let again = try Graph(parsing: text, makeOp: OpCatalog.makeOp)
    #expect(GraphPrinter().print(again) == text)
    #expect(text.contains(#"?image.batch("placeholder 'image'")"#))
    #expect(graph.subgraphs.map { $0.name } == ["test", "step"])
    #expect(
      graph[graph.inputs[0]].type.shape.dimensions[0]
        == .unknown(name: "image.batch", origin: "placeholder 'image'"))
  }

  @Test(arguments: [
    ("condition = @test", "condition = @tset", "there is no subgraph '@tset'"),
    ("-> (%y, %next)", "-> (%y)", "body '@step' gives 1 values for 2 loop variables"),
    ("-> (%go)", "-> (%i)", "condition '@test' must give one bool"),
    ("%i: i32[]) -> (%go)", "%i: i64[]) -> (%go)", "'@test' takes 'i' as i64[]"),
  ])
  func brokenLoopsAreDiagnosed(_ old: String, _ new: String, _ message: String) throws {
    let text = Self.loop.split(separator: old, omittingEmptySubsequences: false)
      .joined(separator: new)
    #expect(text != Self.loop)
    let found = problems(of: try parse(text))
    #expect(found.contains { $0.code == .subgraphMismatch && $0.message.hasPrefix(message) })
  }

  @Test func everyContentsFormReadsBack() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[2]) -> (%y) {
        %a = const [1.5, -2e-3] : f32[2]
        %b = const splat 3 : i8[2,2]{axis 0: 0.5:0, 0.25:0}
        %c = const random 7 : f32[5]
        %d = const hex "00ff" : u8[2]
        %e = const [-inf, nan] : f32[2]
        %"odd name" = const [1, 2] : i64[2]
        %y = add(%x, %a) : f32[2]
      }
      """)
    let text = GraphPrinter().print(graph)
    let again = try Graph(parsing: text, makeOp: OpCatalog.makeOp)
    #expect(GraphPrinter().print(again) == text)
    for (a, b) in zip(graph.values, again.values) {
      #expect(a.constant.map { Array($0.bytes) } == b.constant.map { Array($0.bytes) })
    }
  }

  @Test(arguments: [
    ("graph @main(%x: f33[1]) -> (%x) {}", OctetDiagnostics.DiagnosticCode.irSyntax, 2),
    ("graph @main(%x: f32[1]) -> (%x) {\n %y = rleu(%x)\n}", .unknownOperator, 3),
    ("graph @main(%x: f32[1]) -> (%x) {\n %y = relu(%z)\n}", .irSyntax, 3),
    (
      "graph @main(%x: f32[1]) -> (%x) {\n %y = leaky_relu(%x) {alhpa = 1}\n}", .invalidAttribute, 3
    ),
    ("graph @main(%x: f32[1]) -> (%x) {\n\n %w = const [1, 2] : f32[3]\n}", .irSyntax, 4),
    ("graph @main(%x: f32[1]) -> (%x) {\n %w = const elided : f32[3]\n}", .irSyntax, 3),
    ("graph @main(%x: f32[1]) -> (%x", .irSyntax, 2),
    ("graph @main(%x: f32[-1]) -> (%x) {}", .irSyntax, 2),
  ])
  func syntaxErrorsNameTheLine(_ text: String, _ code: DiagnosticCode, _ line: Int) throws {
    let error = try #require(throws: Diagnostic.self) { _ = try parse(text) }
    #expect(error.code == code)
    #expect(error.location?.line == line)
    #expect(error.location?.file == "t.oct")
  }

  /// Constants are as large as their type, whatever stands in the text.
  @Test func splatsAreBounded() throws {
    let many = (0..<3).map { "%c\($0) = const splat 1 : f32[200000000]" }.joined(separator: "\n")
    let error = try #require(throws: Diagnostic.self) {
      _ = try parse("graph @main(%x: f32[1]) -> (%x) {\n\(many)\n}")
    }
    #expect(error.message == "the constants are larger than 1 GiB together")
    let graph = try parse("graph @main(%x: f32[1]) -> (%c) {\n%c = const splat 0.5 : f32[1000]\n}")
    #expect(
      graph[graph.outputs[0]].constant?.array(of: Float.self)
        == [Float](repeating: 0.5, count: 1000))
  }

  @Test func mutatedTextIsDiagnosedOrRead() {
    let base = Array(("octet-ir 1\n" + Self.loop).utf8)
    var generator = SplitMix64(seed: 11)
    for _ in 0..<3000 {
      var bytes = base
      for _ in 0...Int(generator.next() % 4) {
        let place = Int(generator.next() % UInt64(bytes.count))
        switch generator.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: place)
        default: bytes.removeLast(Int(generator.next() % UInt64(bytes.count)) / 8)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      if let graph = try? Graph(parsing: text, makeOp: OpCatalog.makeOp) {
        _ = problems(of: graph)
      }
    }
  }
}

@Suite struct VerifierTests {
  @Test(arguments: [
    (
      "graph @main(%x: f32[1,4]) -> (%y) {\n %y = relu(%x) : f32[1,5]\n}",
      OctetDiagnostics.DiagnosticCode.shapeMismatch, "'relu' gives [1,4] for 'y', declared [1,5]"
    ),
    (
      "graph @main(%x: f32[1,4]) -> (%y) {\n %y = relu(%x) : i8[1,4]\n}", .typeMismatch,
      "'relu' gives float32 for 'y', declared int8"
    ),
    (
      "graph @main(%x: i32[1,4]) -> (%y) {\n %y = relu(%x) : i32[1,4]\n}", .typeMismatch,
      "input 0 is int32, expected float32, int8, int16, uint8"
    ),
    (
      "graph @main(%x: i8[1,4]{0.0:0}) -> (%x) {}", .invalidGraph,
      "quantization of 'x' is invalid: a scale is not finite and positive"
    ),
    (
      "graph @main(%x: i8[1,4]{axis 1: 1.0:0, 1.0:0}) -> (%x) {}", .invalidGraph,
      "quantization of 'x' is invalid: it has 2 scales for an extent of 4"
    ),
    (
      "graph @main(%x: i8[4]{0.5:128}) -> (%x) {}", .invalidGraph,
      "quantization of 'x' is invalid: a zero point is no int8"
    ),
    (
      "graph @main(%x: i8[4]{0.5:-2147483648}) -> (%x) {}", .invalidGraph,
      "quantization of 'x' is invalid: a zero point is no int8"
    ),
    (
      "graph @main(%x: u8[4]{0.5:-1}) -> (%x) {}", .invalidGraph,
      "quantization of 'x' is invalid: a zero point is no uint8"
    ),
    (
      "graph @main(%x: f32[2147483648,4]) -> (%x) {}", .tensorTooLarge,
      "tensor 'x' has an extent beyond int32"
    ),
    (
      "graph @main(%x: f32[2147483647,2147483647,2147483647]) -> (%x) {}", .tensorTooLarge,
      "tensor 'x' has more elements than can be counted"
    ),
  ])
  func reports(_ text: String, _ code: DiagnosticCode, _ message: String) throws {
    let found = problems(of: try parse(text))
    #expect(found.map { $0.code } == [code])
    #expect(found.first?.message == message)
  }

  @Test func allProblemsAtOnce() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[1,4]) -> (%z) {
        %y = relu(%x) : f32[1,5]
        %z = relu(%y) : f32[2,5]
      }
      """)
    #expect(problems(of: graph).count == 2)
  }

  @Test func nodesMustFollowWhatTheyRead() throws {
    var graph = try parse(
      """
      graph @main(%x: f32[1]) -> (%z) {
        %y = relu(%x)
        %z = relu(%y)
      }
      """)
    graph.nodes.reverse()
    #expect(problems(of: graph).first?.message == "'relu' reads 'y' before anything makes it")
  }
}

@Suite struct NamesTests {
  @Test func interfaceAndLastMakerKeepTheirNames() {
    var graph = Graph(name: "main")
    let a = graph.add(Value(name: "x", type: TensorType(.float32, [1])))
    let b = graph.add(Value(name: "x", type: TensorType(.float32, [1])))
    let c = graph.add(Value(name: "", type: TensorType(.float32, [1])))
    graph.inputs = [a]
    graph.nodes = [
      Node(ReLU(), inputs: [a], outputs: [b]), Node(ReLU(), inputs: [b], outputs: [c]),
    ]
    #expect(graph.uniqueValueNames() == ["x", "x#1", "#1"])
    graph[a].name = "data"
    graph[c].name = "x"
    #expect(graph.uniqueValueNames() == ["data", "x#1", "x"])
  }

  @Test func permutationInverts() {
    let order = Permutation([2, 0, 1])
    #expect(order.apply([10, 20, 30]) == [30, 10, 20])
    #expect(order.then(order.inverse).isIdentity)
    #expect(
      Permutation([1, 0]).apply([1, 2, 3, 4, 5, 6], extents: [2, 3]) == [1, 4, 2, 5, 3, 6])
  }
}
