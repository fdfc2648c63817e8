import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime
import Testing

/// Channels that go because they tell nothing.
@Suite struct DeadChannelsTests {
  /// A layer whose four channels are read by another. All numbers are multiples of 1/8, so that no sum is rounded.
  struct Net: CustomTestStringConvertible, Sendable {
    var idea: String
    /// Factors of the first layer's weights by channel, and its biases.
    var rows: [Float] = [1, 0, 1, 1]
    var biases: [Float] = [0.5, -0.5, 0.25, 0.125]
    var activation = "relu"
    /// What makes %m of %c, for %u with the layer's shape and %v, a depthwise layer's filter.
    var between = "relu(%c)"
    /// Factors of the reader's weights, for each channel of %m.
    var columns: [Float] = [1, 1, 1, 1]
    var reader = "conv_2d(%m, %q, %r) {padding = same}"
    var window = 3
    var outputs = "%z"
    /// How many channels are left of %c, and how many rows of weights and layers are gone.
    var left: Int
    var removed: (channels: Int, layers: Int)?

    var testDescription: String { idea }

    func graph() throws -> Graph {
      func numbers(_ count: Int, _ seed: Int) -> [Float] {
        (0..<count).map { Float(($0 * $0 + seed * $0 + seed) % 13 - 6) / 8 }
      }
      func text(_ values: [Float]) -> String { OptimizerTests.text(values) }
      let taps = window * window * columns.count
      let width = columns.count
      return try Graph(
        parsing: """
          octet-ir 1
          graph @main(%x: f32[1,6,6,2]) -> (\(outputs)) {
            %w = const [\(text(numbers(8, 3).enumerated().map { $1 * rows[$0 / 2] }))] : f32[4,1,1,2]
            %b = const [\(text(biases))] : f32[4]
            %c = conv_2d(%x, %w, %b) {padding = valid, activation = \(activation)}
            %i = const [\(text(numbers(8, 8).enumerated().map { $1 * rows[$0 / 2] }))] : f32[4,1,1,2]
            %u = conv_2d(%x, %i, _) {padding = valid}
            %v = const [\(text(numbers(72, 5)))] : f32[1,3,3,8]
            %a = const [\(text(numbers(8, 6)))] : f32[8]
            %n = const [\(text([Float](repeating: 0.125, count: 4)))] : f32[1,1,1,4]
            %d = const [0.5, 0.5, -0.125, 0.5] : f32[1,1,1,4]
            %e = const [\(text([0.5, 0.5, -7, 0.5]))] : f32[4]
            %m = \(between)
            %q = const [\(text(numbers(3 * taps, 7).enumerated().map { $1 * columns[$0 % width] }))] : \(reader.hasPrefix("fully") ? "f32[3,\(width)]" : "f32[3,\(window),\(window),\(width)]")
            %r = const [\(text(numbers(3, 9)))] : f32[3]
            %z = \(reader)
          }
          """, makeOp: OpCatalog.makeOp)
    }
  }

  static let nets = [
    Net(idea: "a channel that is 0", left: 3, removed: (1, 1)),
    Net(idea: "no dead channel", rows: [1, 1, 1, 1], left: 4),
    Net(
      idea: "a channel that is read by zeros", rows: [1, 1, 1, 1], columns: [1, 1, 0, 1], left: 3,
      removed: (1, 1)),
    Net(
      idea: "a constant beside zeros around the image", biases: [0.5, 0.75, 0.25, 0.125], left: 4),
    Net(
      idea: "a constant that goes into a bias", biases: [0.5, 0.75, 0.25, 0.125],
      reader: "conv_2d(%m, %q, %r) {padding = valid}", left: 3, removed: (1, 1)),
    Net(
      idea: "a constant that makes a bias", biases: [0.5, 0.75, 0.25, 0.125],
      reader: "conv_2d(%m, %q, _) {padding = same, activation = relu6}", window: 1, left: 3,
      removed: (1, 1)),
    Net(
      idea: "a dense layer", biases: [0.5, 0.75, 0.25, 0.125],
      reader: "fully_connected(%m, %q, %r) {keep_dimensions = true}", window: 1, left: 3,
      removed: (1, 1)),
    Net(
      idea: "a negative constant behind a leaky ReLU", activation: "none",
      between: "leaky_relu(%c) {alpha = 0.5}", reader: "conv_2d(%m, %q, %r) {padding = valid}",
      left: 3, removed: (1, 1)),
    Net(
      idea: "behind a hard swish nothing is known", between: "hard_swish(%c)", left: 4),
    Net(
      idea: "a depthwise layer between",
      between: "depthwise_conv_2d(%c, %v, %a) {padding = same, depth_multiplier = 2}",
      columns: [Float](repeating: 1, count: 8), window: 1, left: 3, removed: (3, 2)),
    Net(
      idea: "one of two filters of a channel is read",
      rows: [1, 1, 1, 1],
      between: "depthwise_conv_2d(%c, %v, %a) {padding = same, depth_multiplier = 2}",
      columns: [1, 1, 0, 1, 0, 0, 1, 1], window: 1, left: 3, removed: (3, 2)),
    Net(
      idea: "what lies beyond an activation's end", rows: [1, 1, 1, 1], activation: "relu6",
      between:
        "depthwise_conv_2d(%c, %n, %e) {padding = same, depth_multiplier = 1, activation = relu}",
      left: 3, removed: (2, 2)),
    Net(
      idea: "nothing but negative terms", rows: [1, 1, 1, 1],
      between:
        "depthwise_conv_2d(%c, %d, %e) {padding = valid, depth_multiplier = 1, activation = relu}",
      left: 3, removed: (2, 2)),
    Net(idea: "a sum of dead channels", between: "add(%c, %u)", left: 3, removed: (2, 2)),
    Net(
      idea: "a concatenation", between: "concatenation(%c, %u) {axis = 3}",
      columns: [1, 1, 1, 1, 1, 1, 1, 0], window: 1, left: 3, removed: (3, 2)),
    Net(
      idea: "one channel is left", rows: [0, 0, 0, 0], biases: [0, -1, 0, -2], left: 1,
      removed: (3, 1)),
    Net(idea: "an output keeps its shape", outputs: "%z, %c", left: 4),
  ]

  @Test(arguments: nets) func theGraphComputesTheSame(_ net: Net) throws {
    var graph = try net.graph()
    graph.compact()
    let samples = [Tensor([4, 6, 6, 2], (0..<288).map { Float(($0 * 5) % 17 - 8) / 8 })]
    let result = DeadChannels.removed(from: graph)
    #expect(result?.channels == net.removed?.channels && result?.layers == net.removed?.layers)
    let changed = result?.graph ?? graph
    #expect(
      changed.values.first { $0.name == "c" }?.type.shape.extents?.last == net.left)
    let log = DiagnosticLog()
    #expect(changed.verify(into: log), "\(log.diagnostics)")
    let tests = OptimizerTests()
    #expect(try tests.outputs(changed, samples) == tests.outputs(graph, samples))
  }

  @Test func optimizingRemovesThem() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,12,12,3]) -> (%z) {
          %w = const [\(OptimizerTests.text(OptimizerTests.numbers(9, seed: 1) + [0, 0, 0]))] : f32[4,1,1,3]
          %b = const [0.5, 0.25, 0.125, 40.0] : f32[4]
          %c = conv_2d(%x, %w, %b) {padding = valid}
          %q = const [\(OptimizerTests.text(OptimizerTests.numbers(8, seed: 2)))] : f32[2,1,1,4]
          %z = conv_2d(%c, %q, _) {padding = valid}
        }
        """, makeOp: OpCatalog.makeOp)
    let tests = OptimizerTests()
    let samples = OptimizerTests.samples(16, seed: 3)
    let result = try tests.optimizer(graph).run(try tests.table(graph, samples), .fast)
    let trial = try #require(result.trials.first)
    #expect(trial.text == "1 channel of 1 layer removed that tells nothing" && trial.isKept)
    #expect(
      result.graph.values.first { $0.name == "c" }?.type.shape.extents == [1, 12, 12, 3])
  }
}
