import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime
import Testing

/// Channels that are scaled so that they share a tensor's codes.
@Suite struct ChannelEqualizationTests {
  /// Two convolutions around a depthwise one and a sum, whose channels reach from 1 to 1/64; `between` names what stands behind
  /// the first, and `last` what makes the result.
  static func net(
    between: String = "relu(%c)", last: String = "conv_2d(%t, %q, %r) {padding = valid}"
  ) throws -> Graph {
    let sizes = (0..<8).map { Float(sign: .plus, exponent: -($0 * 6 / 7), significand: 1) }
    func weights(_ rows: Int, _ columns: Int, _ seed: UInt64, _ size: (Int, Int) -> Float) -> String
    {
      let values = OptimizerTests.numbers(rows * columns, seed: seed)
      return OptimizerTests.text(
        values.enumerated().map { $1 * size($0 / columns, $0 % columns) })
    }
    return try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,12,12,3]) -> (%z) {
          %w = const [\(weights(8, 27, 1) { row, _ in sizes[row] * 0.4 })] : f32[8,3,3,3]
          %b = const [\(weights(8, 1, 2) { row, _ in sizes[row] * 0.3 })] : f32[8]
          %c = conv_2d(%x, %w, %b) {padding = same}
          %s = const [12, 12] : i32[2]
          %y = \(between)
          %v = const [\(weights(9, 8, 3) { _, column in 0.3 / sizes[7 - column] * sizes[column] })] : f32[1,3,3,8]
          %a = const [\(weights(8, 1, 4) { row, _ in sizes[row] * 0.1 })] : f32[8]
          %d = depthwise_conv_2d(%y, %v, %a) {padding = same, depth_multiplier = 1}
          %l = leaky_relu(%d) {alpha = 0.1}
          %m = max_pool_2d(%l) {filter = [3, 3], stride = [1, 1], padding = same}
          %t = add(%l, %m)
          %q = const [\(weights(4, 8, 5) { _, column in 0.5 / sizes[column] })] : f32[4,1,1,8]
          %r = const [\(weights(4, 1, 6) { _, _ in 0.2 })] : f32[4]
          %z = \(last)
        }
        """, makeOp: OpCatalog.makeOp)
  }

  let samples = OptimizerTests.samples(24, seed: 5)

  func scaled(_ graph: Graph) throws -> (graph: Graph, groups: Int)? {
    try ChannelEqualization.applied(
      to: graph, samples: samples, threads: 2, log: DiagnosticLog())
  }

  /// Two convolutions of ranges that lie 100 apart, side by side before a third; `parts` names what lies there, of %t with 8
  /// channels of which 4 are large, %u with 8 small ones, %g with 8 that can't be scaled and %k with 4 constant ones.
  static func joined(
    _ parts: String, width: Int, other: String = "", outputs: String = "%z"
  ) throws -> Graph {
    func weights(_ rows: Int, _ columns: Int, _ seed: UInt64, _ scale: Float) -> String {
      OptimizerTests.text(OptimizerTests.numbers(rows * columns, seed: seed, scale: scale))
    }
    let reading = OptimizerTests.text(
      OptimizerTests.numbers(4 * width, seed: 6).enumerated().map {
        $1 * ((8..<16).contains($0 % width) ? 10 : 0.1)
      })
    return try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,12,12,3]) -> (\(outputs)) {
          %w = const [\(weights(4, 27, 1, 4)), \(weights(4, 27, 2, 1))] : f32[8,3,3,3]
          %b = const [\(weights(8, 1, 3, 0.2))] : f32[8]
          %c = conv_2d(%x, %w, %b) {padding = same}
          %t = relu(%c)
          %v = const [\(weights(8, 27, 4, 0.04))] : f32[8,3,3,3]
          %u = conv_2d(%x, %v, _) {padding = same, activation = relu}
          %g = logistic(%c)
          %m = max_pool_2d(%u) {filter = [3, 3], stride = [1, 1], padding = same}
          %k = const [\(weights(144, 4, 5, 1))] : f32[1,12,12,4]
          %j = concatenation(\(parts)) {axis = -1}
          %q = const [\(reading)] : f32[4,1,1,\(width)]
          %r = const [\(weights(4, 1, 7, 0.2))] : f32[4]
          %z = conv_2d(%j, %q, %r) {padding = valid}
          \(other)
        }
        """, makeOp: OpCatalog.makeOp)
  }

  static let nets: [(parts: String?, width: Int, groups: Int)] = [
    (nil, 0, 2), ("%t, %u", 16, 1),
    // Channels of one layer in several places have one factor.
    ("%t, %u, %m", 24, 1), ("%t, %u, %u", 24, 1),
    // What is fixed beside them fixes nothing else.
    ("%g, %u", 16, 1), ("%t, %u, %k", 20, 1),
  ]

  /// The largest difference of the outputs, by their largest number.
  func distance(_ a: Graph, _ b: Graph, _ samples: [Tensor]) throws -> Float {
    let tests = OptimizerTests()
    let (found, expected) = try (tests.outputs(a, samples), tests.outputs(b, samples))
    let largest = expected.joined().map { abs($0) }.max() ?? 0
    return zip(found.joined(), expected.joined()).map { abs($0 - $1) }.max().map { $0 / largest }
      ?? .infinity
  }

  @Test(arguments: nets) func theFloatGraphComputesTheSame(
    _ parts: String?, _ width: Int, _ expected: Int
  ) throws {
    let net = try parts.map { try Self.joined($0, width: width) } ?? Self.net()
    let (graph, groups) = try #require(try scaled(net))
    #expect(groups == expected)
    let other = OptimizerTests.samples(8, seed: 6)
    #expect(try distance(graph, net, other) < 1e-6)
    #expect(graph.nodes.map { $0.op.name } == net.nodes.map { $0.op.name })
  }

  @Test(arguments: nets) func int8LosesLess(_ parts: String?, _ width: Int, _: Int) throws {
    let net = try parts.map { try Self.joined($0, width: width) } ?? Self.net()
    let (graph, _) = try #require(try scaled(net))
    let fidelity = try OutputFidelity(
      of: net, samples: OptimizerTests.samples(8, seed: 6), threads: 1, log: DiagnosticLog())
    let tests = OptimizerTests()
    func decibels(_ graph: Graph) throws -> Double {
      try fidelity.decibels(
        of: try tests.quantized(graph, try tests.table(graph, samples)), log: DiagnosticLog())
    }
    #expect(try decibels(graph) > decibels(net) + 6)
  }

  /// %u lies in two concatenations, at the third and at the first channel.
  @Test func aValueInTwoConcatenations() throws {
    let net = try Self.joined(
      "%t, %u", width: 16,
      other: """
        %i = concatenation(%u, %t) {axis = 3}
        %p = const [\(OptimizerTests.text(OptimizerTests.numbers(64, seed: 8)))] : f32[4,1,1,16]
        %h = conv_2d(%i, %p, _) {padding = valid}
        """, outputs: "%z, %h")
    let (graph, groups) = try #require(try scaled(net))
    #expect(groups == 1)
    #expect(try distance(graph, net, samples) < 1e-6)
  }

  /// A clamp at 6, a logistic and a model's output keep their channels; what lies behind is scaled still.
  @Test(arguments: [
    ("relu6(%c)", "conv_2d(%t, %q, %r) {padding = valid}", 1),
    ("logistic(%c)", "conv_2d(%t, %q, %r) {padding = valid}", 1),
    ("resize_nearest_neighbor(%c, %s)", "conv_2d(%t, %q, %r) {padding = valid}", 2),
    ("relu(%c)", "relu(%t)", 1), ("relu(%c)", "softmax(%t)", 1),
    ("relu6(%c)", "relu(%t)", 0),
  ])
  func whatHandsOnFactors(_ between: String, _ last: String, _ groups: Int) throws {
    let graph = try Self.net(between: between, last: last)
    #expect((try scaled(graph)?.groups ?? 0) == groups)
  }

  /// The third channel is a quarter of the others, of like signal and noise in its reader's results; the output reads little
  /// but that one, which no layer on the way tells.
  @Test func theOutputsSayWhichChannelsMatter() throws {
    let sizes: [Float] = [1, 1, 0.25, 1, 1, 1, 1, 1]
    func weights(_ rows: Int, _ columns: Int, _ seed: UInt64, _ size: (Int, Int) -> Float) -> String
    {
      OptimizerTests.text(
        OptimizerTests.numbers(rows * columns, seed: seed).enumerated().map {
          abs($1) * size($0 / columns, $0 % columns)
        })
    }
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,12,12,3]) -> (%z) {
          %w = const [\(weights(8, 3, 1) { row, _ in sizes[row] })] : f32[8,1,1,3]
          %b = const [\(weights(8, 1, 2) { row, _ in sizes[row] * 0.1 })] : f32[8]
          %y = conv_2d(%x, %w, %b) {padding = valid, activation = relu}
          %v = const [\(weights(9, 8, 3) { _, column in 1 / sizes[column] })] : f32[1,3,3,8]
          %d = depthwise_conv_2d(%y, %v, _) {padding = valid, depth_multiplier = 1}
          %e = logistic(%d)
          %q = const [\(weights(4, 8, 5) { _, column in column == 2 ? 4 : 0.01 })] : f32[4,1,1,8]
          %z = conv_2d(%e, %q, _) {padding = valid}
        }
        """, makeOp: OpCatalog.makeOp)
    let (found, groups) = try #require(try scaled(graph))
    #expect(groups == 1)
    let statistics = try ChannelStatistics.measured(
      [found.nodes[0].outputs[0]], of: found, samples: samples, threads: 1, log: DiagnosticLog())
    let before = try ChannelStatistics.measured(
      [graph.nodes[0].outputs[0]], of: graph, samples: samples, threads: 1, log: DiagnosticLog())
    let (after, old) = (try #require(statistics.values.first), try #require(before.values.first))
    #expect(after.high[2] > 2 * old.high[2])
    #expect(after.high.max() ?? 0 < 1.1 * (old.high.max() ?? 0))
  }
}
