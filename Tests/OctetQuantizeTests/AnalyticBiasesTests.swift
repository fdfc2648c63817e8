import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime
import Testing

/// Biases that are corrected by what batch normalizations tell.
@Suite struct AnalyticBiasesTests {
  /// A dense-like convolution of normally distributed results, `between` behind it, and a layer that reads it.
  func net(_ between: String, _ last: String) throws -> Graph {
    func weights(_ count: Int, _ seed: UInt64, _ scale: Float) -> String {
      OptimizerTests.text(OptimizerTests.numbers(count, seed: seed, scale: scale))
    }
    var graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,12,12,3]) -> (%z) {
          %w = const [\(weights(6 * 27, 1, 1))] : f32[6,3,3,3]
          %b = const [0.5, -1.0, 3.0, -0.2, 1.5, 0.0] : f32[6]
          %s = const [24, 24] : i32[2]
          \(between)
          %v = const [\(weights(54, 2, 0.5))] : f32[\(last.contains("depthwise") ? "1,3,3,6" : "9,1,1,6")]
          %a = const [\(weights(last.contains("depthwise") ? 6 : 9, 3, 0.1))] : f32[\(last.contains("depthwise") ? 6 : 9)]
          %z = \(last)
        }
        """, makeOp: OpCatalog.makeOp)
    let layer = Location(format: "keras", op: "BatchNormalization", node: "norm")
    let first = try #require(graph.nodes.firstIndex { $0.op.name == "conv_2d" })
    graph.nodes[first].provenance = [
      Location(format: "keras", op: "Conv2D", node: "conv"), layer,
      Location(format: "keras", op: "ReLU", node: "relu"),
    ]
    // What a batch normalization would have learned of these samples, from the layer without its clamp.
    var plain = graph
    plain.nodes = [plain.nodes[first]]
    plain.nodes[0].op = Conv2D(
      stride: Steps(1, 1), dilation: Steps(1, 1), padding: .valid)
    plain.outputs = plain.nodes[0].outputs
    let values = try OptimizerTests().outputs(plain, samples).joined()
    var sums = [Double](repeating: 0, count: 6)
    var squares = sums
    for (index, value) in values.enumerated() {
      sums[index % 6] += Double(value)
      squares[index % 6] += Double(value * value)
    }
    let count = Double(values.count / 6)
    let means = sums.map { $0 / count }
    graph.distributions = [
      (
        layer,
        ChannelDistribution(
          means: means.map { Float($0) },
          deviations: zip(squares, means).map { Float(($0 / count - $1 * $1).squareRoot()) })
      )
    ]
    return graph
  }

  let samples = [
    Tensor([32, 12, 12, 3], OptimizerTests.numbers(32 * 432, seed: 9))
  ]

  static let plain = "conv_2d(%x, %w, %b) {padding = valid}"
  static let reading = "conv_2d(%y, %v, %a) {padding = valid}"

  /// The weights are rounded to few codes, so that their errors are large; without activations rounded the rest of the
  /// mean's error would be sampling alone.
  @Test(arguments: [
    ("%y = \(plain)", reading),
    ("%y = conv_2d(%x, %w, %b) {padding = valid, activation = relu}", reading),
    ("%y = conv_2d(%x, %w, %b) {padding = valid, activation = relu6}", reading),
    ("%y = conv_2d(%x, %w, %b) {padding = valid, activation = relu1}", reading),
    ("%c = \(plain)\n%y = leaky_relu(%c) {alpha = 0.1}", reading),
    ("%c = \(plain)\n%y = relu6(%c)", reading),
    ("%c = \(plain)\n%y = relu(%c)", reading),
    ("%c = \(plain)\n%r = relu(%c)\n%y = add(%r, %c)", reading),
    ("%c = \(plain)\n%y = resize_nearest_neighbor(%c, %s)", reading),
    (
      "%y = conv_2d(%x, %w, %b) {padding = valid, activation = relu}",
      "depthwise_conv_2d(%y, %v, %a) {padding = valid, depth_multiplier = 1}"
    ),
  ])
  func meansComeNearer(_ between: String, _ last: String) throws {
    let graph = try net(between, last)
    let tests = OptimizerTests()
    var int8 = try tests.quantized(graph, try tests.table(graph, samples))
    // Codes in steps of 16: the errors of weights are far above those of activations.
    let layer = try #require(int8.nodes.last { $0.op.name.contains("conv_2d") })
    let weights = try #require(layer.inputs[1])
    let codes = try #require(int8[weights].constant).array(of: Int8.self)
    int8[weights].constant =
      Tensor(
        int8[weights].type.shape.extents ?? [],
        int8: codes.map { Int8(clamping: (Int($0) + 130) / 16 * 16 - 128) }
      ).storage
    let (corrected, layers) = AnalyticBiases.corrected(int8, madeFrom: graph)
    #expect(layers == 1)
    func errors(_ other: Graph) throws -> [Double] {
      let exact = try tests.outputs(graph, samples)
      let found = try tests.outputs(other, samples)
      let channels = int8[layer.outputs[0]].type.shape.extents?.last ?? 1
      var sums = [Double](repeating: 0, count: channels)
      for (a, b) in zip(exact.joined(), found.joined()).enumerated().map({ ($0, $1.1 - $1.0) }) {
        sums[a % channels] += Double(b)
      }
      return sums.map { abs($0) * Double(channels) / Double(exact.joined().count) }
    }
    let (before, after) = (try errors(int8).reduce(0, +), try errors(corrected).reduce(0, +))
    #expect(after < 0.25 * before, "\(before) to \(after)")
  }

  /// A normalization of other channels tells nothing.
  @Test func whatIsNotKnownIsLeftAlone() throws {
    let graph = try net("%y = \(Self.plain)", Self.reading)
    let tests = OptimizerTests()
    let int8 = try tests.quantized(graph, try tests.table(graph, samples))
    var other = graph
    other.distributions[0].1 = ChannelDistribution(means: [1], deviations: [1])
    #expect(AnalyticBiases.corrected(int8, madeFrom: other).layers == 0)
    other.distributions = []
    #expect(AnalyticBiases.corrected(int8, madeFrom: other).layers == 0)
  }
}
