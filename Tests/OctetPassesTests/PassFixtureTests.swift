import Foundation
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetPasses
import OctetRuntime
import Testing

/// Each file of `Fixtures/`: the passes to run, a graph, and the graph they make of it.
@Suite struct PassFixtureTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Fixtures")

  static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []).sorted()

  func parse(_ text: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + text, makeOp: OpCatalog.makeOp)
  }

  @Test(arguments: files) func fixture(_ file: String) throws {
    let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
    let parts = text.components(separatedBy: "----- expect\n")
    try #require(parts.count == 2)
    let line = try #require(parts[0].split(separator: "\n").first { $0.hasPrefix("# passes: ") })
    let names = line.dropFirst("# passes: ".count).components(separatedBy: ", ")
    let passes = try names.map { name in
      try #require(Pipeline.conversion.first { $0.name == name }, "no pass \(name)")
    }
    let log = DiagnosticLog()
    let before = try parse(parts[0])
    #expect(before.verify(into: log), "\(log.diagnostics)")
    var result = try PassManager(passes).run(before, log: log)
    result.compact()
    // Constants are listed in the order of the values: bring both to the order of use.
    #expect(canonical(result) == canonical(try parse(parts[1])))
    #expect(try difference(before, result) < 1e-5)
  }

  /// The printed graph with its constants sorted and without locations.
  func canonical(_ graph: Graph) -> String {
    let lines = GraphPrinter(showsLocations: false).print(graph).split(separator: "\n")
    let constants = lines.filter { $0.contains(" = const ") }.sorted()
    return (lines.filter { !$0.contains(" = const ") } + constants).joined(separator: "\n")
  }

  @Test func thereIsAFixtureForEachPass() throws {
    var used: Set<String> = []
    for file in Self.files {
      let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
      for pass in Pipeline.conversion where text.contains(pass.name) { used.insert(pass.name) }
    }
    #expect(Pipeline.conversion.map { $0.name }.filter { !used.contains($0) }.isEmpty)
  }

  /// The largest difference of the first outputs on the same random inputs, relative to their largest
  /// magnitude.
  func difference(_ a: Graph, _ b: Graph) throws -> Float {
    var results: [[Float]] = []
    for graph in [a, b] {
      let prepared = try PreparedGraph(graph, log: DiagnosticLog())
      var generator = SplitMix64(seed: 51)
      for input in prepared.inputs {
        let values = (0..<input.count).map { _ in generator.nextFloat() }
        values.withUnsafeBufferPointer { input.write($0) }
      }
      prepared.invoke()
      results.append((0..<prepared.outputs[0].count).map { prepared.outputs[0].real($0) })
    }
    let scale = results[0].reduce(1) { max($0, abs($1)) }
    return zip(results[0], results[1]).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }

  private struct Breaking: GraphPass {
    let name = "Breaking"
    let summary = "puts a value of another shape in an output's place"
    func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
      var patch = GraphPatch(view.graph, "break", replacing: [])
      let output = view.graph.nodes[index].outputs[0]
      let other = patch.addConstant("other", Tensor([9, 9], [Float](repeating: 0, count: 81)))
      patch.replace(output, with: other)
      return patch
    }
  }

  @Test func aPassThatBreaksTheGraphIsNamed() throws {
    let log = DiagnosticLog()
    let graph = try parse("graph @main(%x: f32[2]) -> (%y) {\n %y = relu(%x)\n}")
    _ = try? PassManager([Breaking()]).run(graph, log: log)
    #expect(log.diagnostics.map { $0.code } == [.passBrokeGraph])
    #expect(log.diagnostics[0].message.contains("'Breaking'"))
  }

  @Test func stoppingEarlyAppliesThatManyPatches() throws {
    let text = try String(
      contentsOf: Self.folder.appending(path: "fold-scale-offset.oct"), encoding: .utf8)
    let graph = try parse(text.components(separatedBy: "-----")[0])
    var steps: [PassManager.Step] = []
    let result = try PassManager(Pipeline.conversion, stopAfter: 1) { step, _ in steps.append(step)
    }
    .run(graph, log: DiagnosticLog())
    #expect(steps.map { $0.pass } == ["FoldScale"])
    #expect(result.nodes.map { $0.op.name } == ["conv_2d", "add"])
  }
}
