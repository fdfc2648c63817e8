import OctetDiagnostics
import OctetIR
import OctetImport
import OctetOps
import OctetPasses
import OctetRuntime
import Testing

extension NetFixture {
  /// Reads the net, runs it before and after the passes, and compares its only output with numbers in the
  /// framework's own order.
  ///
  /// - Returns: the graph after the passes.
  func expect(
    _ expected: Blob, on inputs: [Blob], sourceLocation: SourceLocation
  ) throws -> Graph {
    let (result, log) = try read()
    let graph = try #require(result?.graph, "\(log.diagnostics)", sourceLocation: sourceLocation)
    #expect(graph.verify(into: log), "\(log.diagnostics)", sourceLocation: sourceLocation)
    for node in graph.nodes where !graph.outputs.contains(node.outputs[0]) {
      guard let type = node.provenance.first?.op, let makes = makes(type) else { continue }
      #expect(makes.contains(node.op.name), "\(type)", sourceLocation: sourceLocation)
    }
    let converted = try PassManager(Pipeline.conversion).run(graph, log: log)
    for graph in [graph, converted] {
      let found = try run(graph, inputs)
      #expect(found.extents == expected.extents, sourceLocation: sourceLocation)
      try #require(found.values.count == expected.values.count, sourceLocation: sourceLocation)
      for (a, b) in zip(found.values, expected.values) {
        #expect(abs(a - b) <= 1e-5 * max(1, abs(b)), sourceLocation: sourceLocation)
      }
    }
    return converted
  }

  /// The operators that a layer of this type may become.
  private func makes(_ type: String) -> [String]? {
    framework == .caffe ? OpMapping.caffe[type]?.makes : OpMapping.darknet[type]?.makes
  }

  private func run(_ graph: Graph, _ inputs: [Blob]) throws -> Blob {
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    for (view, input) in zip(prepared.inputs, inputs) {
      let laidOut = input.extents.count == 4 ? input.transposed([0, 2, 3, 1]) : input
      #expect(view.extents == laidOut.extents)
      laidOut.values.withUnsafeBufferPointer { view.write($0) }
    }
    prepared.invoke()
    #expect(prepared.outputs.count == 1)
    let view = prepared.outputs[0]
    let output = Blob(view.extents, (0..<view.count).map { view.real($0) })
    return view.extents.count == 4 ? output.transposed([0, 3, 1, 2]) : output
  }
}
