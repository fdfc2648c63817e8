import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import Testing

/// Channels that are moved to where a tensor's codes are.
@Suite struct ChannelOffsetsTests {
  /// A layer whose channels have unlike means, what lies between, and a layer that reads it.
  struct Net: Sendable {
    var between = "%m = max_pool_2d(%c) {filter = [2, 2], stride = [1, 1], padding = same}"
    var activation = "none"
    var bias = "9.0, -8.0, 0.5, 7.0"
    var reader = "conv_2d(%m, %v, %a) {padding = valid}"
    var window = 1
    var outputs = "%z"

    func graph() throws -> Graph {
      func constant(_ count: Int, _ seed: UInt64) -> String {
        OptimizerTests.text(OptimizerTests.numbers(count, seed: seed))
      }
      return try Graph(
        parsing: """
          octet-ir 1
          graph @main(%x: f32[1,12,12,3]) -> (\(outputs)) {
            %w = const [\(constant(12, 1))] : f32[4,1,1,3]
            %b = const [\(bias)] : f32[4]
            %c = conv_2d(%x, %w, %b) {padding = valid, activation = \(activation)}
            %k = const [\(constant(12, 4))] : f32[4,1,1,3]
            %l = const [-6.0, 5.0, 0.0, 2.0] : f32[4]
            %u = conv_2d(%x, %k, %l) {padding = valid}
            \(between)
            %v = const [\(constant(20 * window * window, 3))] : f32[5,\(window),\(window),4]
            %a = const [0.1, 0.2, 0.3, 0.4, 0.5] : f32[5]
            %z = \(reader)
          }
          """, makeOp: OpCatalog.makeOp)
    }
  }

  let samples = OptimizerTests.samples(8, seed: 5)

  func moved(_ graph: Graph) throws -> Graph? {
    try ChannelOffsets.applied(to: graph, samples: samples, threads: 1, log: DiagnosticLog())?.graph
  }

  @Test(arguments: [
    Net(), Net(reader: "conv_2d(%m, %v, _) {padding = same}"), Net(window: 3),
    Net(between: "%m = add(%c, %u)"), Net(between: "%m = sub(%c, %u)"),
    Net(activation: "relu", bias: "9.0, 5.0, 0.5, 7.0"),
    Net(between: "%m = leaky_relu(%c) {alpha = 0.1}", bias: "9.0, 5.0, 0.5, 7.0"),
  ])
  func theGraphComputesTheSameAndLosesLess(_ description: Net) throws {
    let net = try description.graph()
    let graph = try #require(try moved(net))
    let log = DiagnosticLog()
    #expect(graph.verify(into: log), "\(log.diagnostics)")
    let tests = OptimizerTests()
    let others = OptimizerTests.samples(8, seed: 6)
    for (a, b) in zip(try tests.outputs(net, others), try tests.outputs(graph, others)) {
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-4) }
    }
    let fidelity = try OutputFidelity(of: net, samples: others, threads: 1, log: DiagnosticLog())
    func decibels(_ graph: Graph) throws -> Double {
      try fidelity.decibels(
        of: try tests.quantized(graph, try tests.table(graph, samples)), log: DiagnosticLog())
    }
    #expect(try decibels(graph) > decibels(net) + 1)
  }

  /// Zeros around an image, a clamp, an output and numbers on both sides of a ReLU's end are not moved.
  @Test(arguments: [
    Net(reader: "conv_2d(%m, %v, %a) {padding = same}", window: 3),
    Net(between: "%m = add(%c, %u) {activation = relu}"), Net(between: "%m = relu6(%c)"),
    Net(outputs: "%z, %c"), Net(activation: "relu", bias: "0.1, 0.0, 0.1, 0.0"),
  ])
  func whatIsNotMoved(_ net: Net) throws { #expect(try moved(net.graph()) == nil) }
}
