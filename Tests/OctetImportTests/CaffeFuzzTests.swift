import Foundation
import OctetDiagnostics
import OctetIR
import OctetImport
import OctetTestSupport
import Testing

/// Damage and hostile numbers in a small net that has every kind of layer: a graph that verifies or
/// a diagnostic, never a trap.
@Suite struct CaffeFuzzTests {
  static let net = """
    name: "all" # every kind of layer
    state { level: 1 stage: "deploy" }
    layer { name: "in" type: "Input" top: "x" input_param { shape { dim: [1, 4, 6, 6] } } }
    layer { name: "c" type: "Convolution" bottom: "x" top: "c" include { phase: TEST }
      convolution_param { num_output: 4 kernel_size: 3 pad: 1 stride: 1 dilation: 1 group: 2 } }
    layer { name: "bn" type: "BatchNorm" bottom: "c" top: "c" batch_norm_param { eps: 1e-3 } }
    layer { name: "sc" type: "Scale" bottom: "c" top: "c" scale_param { bias_term: true axis: 1 } }
    layer { name: "r" type: "ReLU" bottom: "c" top: "c" relu_param { negative_slope: 0.1 } }
    layer { name: "m" type: "Pooling" bottom: "c" top: "m"
      pooling_param { pool: MAX kernel_size: 3 stride: 2 pad: 1 } }
    layer { name: "a" type: "Pooling" bottom: "c" top: "a"
      pooling_param { pool: AVE kernel_h: 3 kernel_w: 3 stride: 2 pad: 1 round_mode: CEIL } }
    layer { name: "e" type: "Eltwise" bottom: "m" bottom: "a" top: "e"
      eltwise_param { operation: SUM coeff: 1 coeff: -1 } }
    layer { name: "k" type: "Concat" bottom: "e" bottom: "m" top: "k" concat_param { axis: -3 } }
    layer { name: "s" type: "Split" bottom: "k" top: "k1" top: "k2" }
    layer { name: "b" type: "Bias" bottom: "k1" top: "b" bias_param { axis: 1 num_axes: 1 } }
    layer { name: "f" type: "Flatten" bottom: "b" top: "f" flatten_param { axis: 1 end_axis: -1 } }
    layer { name: "fc" type: "InnerProduct" bottom: "f" top: "fc"
      inner_product_param { num_output: 2 transpose: false axis: 1 } }
    layer { name: "re" type: "Reshape" bottom: "k2" top: "re"
      reshape_param { shape { dim: 0 dim: -1 } axis: 0 num_axes: -1 } }
    layer { name: "t" type: "TanH" bottom: "re" top: "t" }
    layer { name: "d" type: "Dropout" bottom: "t" top: "t" }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
    layer { name: "p" type: "Softmax" bottom: "x" top: "p" softmax_param { axis: 2 } }

    """

  static let weights = CaffeModelEncoder.model([
    ("c", [Blob([4, 2, 3, 3], seed: 1), Blob([4], seed: 2)]),
    ("bn", [Blob([4], seed: 3), Blob([4], [1, 2, 3, 4]), Blob([1], [1])]),
    ("sc", [Blob([4], seed: 4), Blob([4], seed: 5)]), ("b", [Blob([8], seed: 6)]),
    ("fc", [Blob([2, 128], seed: 7), Blob([2], seed: 8)]),
  ])

  let folder: NetFolder

  init() throws { folder = try NetFolder() }

  @discardableResult
  func read(_ text: [UInt8], _ weights: [UInt8]?, _ what: String) throws -> DiagnosticLog {
    var fixture = NetFixture(.caffe, text, weights: weights)
    fixture.folder = folder
    return try fixture.readVerified(what)
  }

  @Test func theIntactNetReads() throws {
    let log = try read(Array(Self.net.utf8), Self.weights, "intact")
    #expect(log.diagnostics.allSatisfy { $0.severity == .remark }, "\(log.diagnostics)")
  }

  /// Lexical pieces that make other nets out of a net.
  static let pieces = [
    "-1", "0", "1", "2", "3", "7", "65536", "2147483648", "9223372036854775807", "1e300", "-0.5",
    "nan", "inf", "true", "MAX", "AVE", "\"x\"", "\"c\"", "\"k1\"", "\"\"", "{", "}", "[", "]", "<",
    ">", "axis: 0", "num_axes: 2", "dim: 5", "pad: 2", "kernel_size: 6", "global_pooling: true",
    "bottom: \"x\"", "top: \"c\"", "phase: TRAIN", "#", "\"", "'", "\\", ":", ",",
  ].map { Array($0.utf8) }

  func damaged(_ original: [UInt8], _ random: inout SplitMix64, isText: Bool) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0..<24, using: &random))
      switch Int.random(in: 0..<(isText ? 12 : 7), using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4:
        let source = Int.random(in: 0..<bytes.count, using: &random)
        let part = bytes[source..<min(bytes.count, source + 40)]
        bytes.insert(contentsOf: Array(part), at: place)
      case 5: for index in place..<end { bytes[index] = 0xFF }
      case 6:
        if Int.random(in: 0..<6, using: &random) == 0 { bytes.removeSubrange(place...) }
      default:
        // Another piece in place of a whole word or number.
        func isWord(_ byte: UInt8) -> Bool { byte > 0x2C && byte < 0x7B && byte != 0x3A }
        guard let start = bytes[place...].firstIndex(where: isWord) else { continue }
        let stop = bytes[start...].firstIndex { !isWord($0) } ?? bytes.count
        bytes.replaceSubrange(start..<stop, with: Self.pieces.randomElement(using: &random) ?? [])
      }
    }
    return bytes
  }

  @Test(arguments: [1, 2] as [UInt64])
  func damagedText(seed: UInt64) throws {
    let text = Array(Self.net.utf8)
    var refused = 0
    for round in 0..<2500 {
      var random = SplitMix64(seed: seed << 32 + UInt64(round))
      let log = try read(
        damaged(text, &random, isText: true), Self.weights, "seed \(seed), round \(round)")
      if log.hasErrors { refused += 1 }
    }
    #expect(refused > 500 && refused < 2400)
  }

  @Test(arguments: [3, 4] as [UInt64])
  func damagedWeights(seed: UInt64) throws {
    let text = Array(Self.net.utf8)
    var refused = 0
    for round in 0..<1500 {
      var random = SplitMix64(seed: seed << 32 + UInt64(round))
      let log = try read(
        text, damaged(Self.weights, &random, isText: false), "seed \(seed), round \(round)")
      if log.hasErrors { refused += 1 }
    }
    #expect(refused > 300 && refused < 1450)
  }

  /// The trained LeNet of the samples, damaged where a reader begins.
  @Test func damagedSample() throws {
    func file(_ name: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: URL(filePath: Sample.folder + "/" + name)))
    }
    let (text, weights) = (try file("lenet.prototxt"), try file("lenet.caffemodel"))
    #expect(try !read(text, weights, "the sample").hasErrors)
    let head = Array(weights.prefix(4000))
    for round in 0..<600 {
      var random = SplitMix64(seed: 5 << 32 + UInt64(round))
      try read(damaged(text, &random, isText: true), nil, "sample, round \(round)")
      try read(text, damaged(head, &random, isText: false), "sample weights, round \(round)")
    }
  }

  @Test func randomBytes() throws {
    var random = SplitMix64(seed: 6)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(try read(bytes, nil, "random text").hasErrors)
      #expect(try read(Array(Self.net.utf8), bytes, "random weights").hasErrors)
    }
  }

  @Test func everyTruncation() throws {
    let text = Array(Self.net.utf8)
    for count in stride(from: 0, to: text.count, by: 3) {
      try read(Array(text.prefix(count)), nil, "\(count) bytes of text")
    }
    for count in stride(from: 0, to: Self.weights.count, by: 7) {
      let log = try read(text, Array(Self.weights.prefix(count)), "\(count) bytes of weights")
      #expect(log.hasErrors)
    }
  }

  @Test(arguments: [
    ("num_output: 4", "num_output: 2147483648"), ("num_output: 4", "num_output: -4"),
    ("num_output: 4", "num_output: 1e18"), ("num_output: 4", "num_output: 0"),
    ("num_output: 4", ""), ("num_output: 2", "num_output: 4611686018427387904"),
    ("kernel_size: 3 pad", "kernel_size: 1000000000 pad"), ("kernel_size: 3 pad", "pad"),
    ("kernel_size: 3 pad", "kernel_size: [3, 3, 3] pad"), ("pad: 1 stride: 1", "pad: -1"),
    ("pad: 1 stride: 1", "pad: 1e9"), ("stride: 1", "stride: 0"), ("stride: 1", "stride: 1e10"),
    ("dilation: 1", "dilation: 0"), ("dilation: 1", "dilation: 65536"), ("group: 2", "group: 3"),
    ("group: 2", "group: 0"), ("group: 2", "group: -2"), ("group: 2", "group: 1e15"),
    ("[1, 4, 6, 6]", "[1, 1000000000000, 1, 1]"), ("[1, 4, 6, 6]", "[1e12, 1e12, 1e12, 1e12]"),
    ("[1, 4, 6, 6]", "[]"), ("[1, 4, 6, 6]", "[1, 4, -6, 6]"), ("[1, 4, 6, 6]", "[1, 0, 6, 6]"),
    ("[1, 4, 6, 6]", "[1, 4, 6]"), ("[1, 4, 6, 6]", "[1, 4, 6, 6, 1]"),
    ("axis: -3", "axis: -5"), ("axis: -3", "axis: 4"), ("axis: -3", "axis: -9e18"),
    ("axis: -3", "axis: 9e18"), ("stride: 2 pad: 1 }", "stride: 2 pad: 3 }"),
    ("end_axis: -1", "end_axis: 0"), ("num_axes: 1", "num_axes: 9e18"),
    ("num_axes: 1", "num_axes: -2"), ("axis: 0 num_axes: -1", "axis: 9e18 num_axes: 9e18"),
    ("axis: 0 num_axes: -1", "axis: -9e18 num_axes: -9e18"),
    ("axis: 0 num_axes: -1", "axis: 1 num_axes: 9223372036854774784"),
    ("dim: 0 dim: -1", "dim: 1e12 dim: 1e12"), ("dim: 0 dim: -1", "dim: -1 dim: -1"),
    ("dim: 0 dim: -1", "dim: -2 dim: -2"), ("dim: 0 dim: -1", "dim: 0 dim: 0 dim: 0 dim: 0 dim: 0"),
    ("dim: 0 dim: -1", "dim: 1e12 dim: 1e12 dim: -1"), ("coeff: -1", ""), ("coeff: -1", "coeff: x"),
    ("eps: 1e-3", "eps: -9"), ("eps: 1e-3", "eps: nan"), ("eps: 1e-3", "eps: true"),
    ("operation: SUM", "operation: 3"),
    ("pool: AVE", "pool: STOCHASTIC"), ("pool: AVE", "pool: MEAN"), ("pool: AVE", "pool: 1.5"),
  ])
  func hostileNumbers(_ old: String, _ new: String) throws {
    let text = Self.net.replacing(old, with: new)
    try #require(text != Self.net)
    for weights in [Self.weights, nil] {
      let log = try read(Array(text.utf8), weights, new)
      // Without weights their number cannot be wrong.
      #expect(log.hasErrors || weights == nil)
    }
  }

  /// Layers whose outputs are far larger than anything that the file holds.
  @Test(arguments: [
    [
      "pool: AVE kernel_size: 65536 pad: 65535"
    ],
    [
      "pool: MAX kernel_size: 65536 pad: 65535", "pool: MAX kernel_size: 65536 pad: 65535",
      "pool: MAX kernel_size: 65536 pad: 65535",
    ],
  ])
  func growingPools(_ pools: [String]) throws {
    var text = "input: \"x\" input_dim: [1, 1000000, 1, 1]\n"
    for pool in pools {
      text += """
        layer { name: "p" type: "Pooling" bottom: "x" top: "x" pooling_param { \(pool) } }

        """
    }
    text += "layer { name: 'f' type: 'Flatten' bottom: 'x' top: 'f' }"
    #expect(try NetFixture(.caffe, text).only(.tensorTooLarge).location?.node == "p")
  }

  /// An average whose last window overhangs stores a factor for each window: not too many.
  @Test func correctionsOfAnAverage() throws {
    let text = """
      input: "x" input_dim: [1, 1, 20000, 20000]
      layer { name: "p" type: "Pooling" bottom: "x" top: "y"
        pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }
      """
    #expect(
      try NetFixture(.caffe, text).only(.tensorTooLarge).message.contains("10001x10001 windows"))
  }
}
