import Foundation
import OctetIR
import OctetImport
import Testing

/// Imported Darknet layers against plain loops over Darknet's own order of numbers (channels, height,
/// width), before and after the passes. Sources: the layers' .c files of Darknet.
@Suite struct DarknetFormulaTests {
  static let image = Blob([1, 4, 6, 6], seed: 1)
  static let net = "[net]\nwidth=6\nheight=6\nchannels=4\n"

  /// Imports `layers`, runs them on `input`, and compares the only output.
  @discardableResult
  func expect(
    _ expected: Blob, of layers: String, on input: Blob = image, weights: [Float] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Graph {
    var fixture = NetFixture(
      .darknet, Self.net + layers, weights: DarknetWeightsEncoder.file(weights))
    fixture.inputShapes = ["input": input.extents]
    return try fixture.expect(expected, on: [input], sourceLocation: sourceLocation)
  }

  func each(_ x: Blob, _ body: (Float) -> Float) -> Blob {
    Blob(x.extents, x.values.map(body))
  }

  static func leaky(_ x: Float) -> Float { x > 0 ? x : 0.1 * x }

  struct Convolution: Sendable, CustomTestStringConvertible {
    var options: String
    var filters = 4
    var size = 3
    var stride = 1
    var pad = 0
    var groups = 1
    var dilation = 1

    var testDescription: String { options }
  }

  @Test(
    arguments: [
      Convolution(options: "filters=4 size=3 stride=1 pad=1 activation=leaky", pad: 1),
      Convolution(options: "filters=4 size=3 stride=2 pad=1 activation=leaky", stride: 2, pad: 1),
      Convolution(options: "filters=4 size=3 stride=1 padding=2 activation=leaky", pad: 2),
      // With pad=1 the padding is half the size, also for a kernel of one pixel.
      Convolution(
        options: "filters=3 size=1 pad=1 padding=9 activation=leaky", filters: 3, size: 1),
      Convolution(options: "filters=4 size=2 stride=2 activation=leaky", size: 2, stride: 2),
      Convolution(
        options: "filters=6 size=3 pad=1 groups=2 activation=leaky", filters: 6, pad: 1, groups: 2),
      Convolution(options: "filters=4 size=3 pad=1 groups=4 activation=leaky", pad: 1, groups: 4),
      Convolution(
        options: "filters=8 size=3 pad=1 groups=4 stride=2 activation=leaky", filters: 8,
        stride: 2, pad: 1, groups: 4),
      Convolution(
        options: "filters=4 size=3 pad=1 dilation=2 activation=leaky", pad: 2, dilation: 2),
    ], [false, true])
  func convolution(_ settings: Convolution, _ isNormalized: Bool) throws {
    let (n, depth) = (settings.filters, 4 / settings.groups)
    let bias = Blob([n], seed: 2)
    let filter = Blob([n, depth, settings.size, settings.size], seed: 3)
    let scales = (0..<n).map { 0.5 + Float($0) }
    let means = (0..<n).map { Float($0) / 4 - 0.5 }
    let variances = (0..<n).map { Float(1 + $0) / 8 }
    let window = CaffeFormula.Window(
      kernel: (settings.size, settings.size), stride: (settings.stride, settings.stride),
      pad: (settings.pad, settings.pad), dilation: (settings.dilation, settings.dilation))
    let sum = CaffeFormula.convolution(
      Self.image, filter, isNormalized ? nil : bias, groups: settings.groups, window)
    let expected = Blob(making: sum.extents) { at in
      guard isNormalized else { return Self.leaky(sum[at]) }
      let channel = at[1]
      let normal = (sum[at] - means[channel]) / (variances[channel] + 1e-5).squareRoot()
      return Self.leaky(normal * scales[channel] + bias.values[channel])
    }
    let statistics = isNormalized ? scales + means + variances : []
    try expect(
      expected,
      of: "[convolutional]\n" + settings.options.replacing(" ", with: "\n")
        + (isNormalized ? "\nbatch_normalize=1" : ""),
      weights: bias.values + statistics + filter.values)
  }

  /// Source: Darknet's activations.h.
  static func activation(_ name: String, _ x: Double) -> Double {
    switch name {
    case "linear": x
    case "relu": max(x, 0)
    case "relu6": min(max(x, 0), 6)
    case "leaky": x > 0 ? x : 0.1 * x
    case "relie": x > 0 ? x : 0.01 * x
    case "ramp": (x > 0 ? x : 0) + 0.1 * x
    case "logistic": 1 / (1 + exp(-x))
    case "loggy": 2 / (1 + exp(-x)) - 1
    case "tanh": Foundation.tanh(x)
    case "swish": x / (1 + exp(-x))
    case "mish": x * Foundation.tanh(log1p(exp(x)))
    default: .nan
    }
  }

  @Test(arguments: [
    "linear", "relu", "relu6", "leaky", "relie", "ramp", "logistic", "loggy", "tanh", "swish",
    "mish",
  ])
  func activations(_ name: String) throws {
    let wide = Blob([1, 4, 6, 6], Self.image.values.map { 12 * $0 })
    try expect(
      each(wide) { Float(Self.activation(name, 2 * Double($0))) },
      of: "[shortcut]\nfrom=-1\nactivation=\(name)", on: wide)
  }

  @Test(arguments: [
    ("size=2 stride=2", 2, 2, 1), ("size=2 stride=1", 2, 1, 1), ("size=3 stride=2", 3, 2, 2),
    ("size=5 stride=1", 5, 1, 4), ("stride=3", 3, 3, 2), ("size=3 stride=2 padding=1", 3, 2, 1),
    ("size=2 stride=2 padding=0", 2, 2, 0),
  ])
  func maxPool(_ options: String, _ size: Int, _ stride: Int, _ padding: Int) throws {
    for extents in [[1, 4, 6, 6], [1, 4, 5, 7]] {
      let x = Blob(extents, seed: 4)
      let height = (extents[2] + padding - size) / stride + 1
      let width = (extents[3] + padding - size) / stride + 1
      let expected = Blob(making: [1, extents[1], height, width]) { at in
        var largest = -Float.greatestFiniteMagnitude
        for i in 0..<size {
          for j in 0..<size {
            let (y, z) = (at[2] * stride + i - padding / 2, at[3] * stride + j - padding / 2)
            guard (0..<extents[2]).contains(y), (0..<extents[3]).contains(z) else { continue }
            largest = max(largest, x[0, at[1], y, z])
          }
        }
        return largest
      }
      try expect(
        expected, of: "[maxpool]\n" + options.replacing(" ", with: "\n"), on: x)
    }
  }

  @Test func averagesAndUpsamples() throws {
    try expect(
      Blob(making: [1, 4, 1, 1]) { at in
        Self.image.values[36 * at[1]..<36 * (at[1] + 1)].reduce(0, +) / 36
      }, of: "[avgpool]")
    try expect(
      Blob(making: [1, 4, 18, 18]) { Self.image[0, $0[1], $0[2] / 3, $0[3] / 3] },
      of: "[upsample]\nstride=3")
    try expect(
      Blob(making: [1, 4, 12, 12]) { 0.5 * Self.image[0, $0[1], $0[2] / 2, $0[3] / 2] },
      of: "[upsample]\nscale=.5")
  }

  @Test func routesAndShortcuts() throws {
    let x = Self.image
    let twice = "[shortcut]\nfrom=-1\n"
    try expect(
      Blob(making: [1, 8, 6, 6]) { x[0, $0[1] % 4, $0[2], $0[3]] * ($0[1] < 4 ? 4 : 2) },
      of: twice + twice + "[route]\nlayers=-1,0")
    // The second of two groups.
    try expect(
      Blob(making: [1, 2, 6, 6]) { 2 * x[0, 2 + $0[1], $0[2], $0[3]] },
      of: twice + "[route]\nlayers=0\ngroups=2\ngroup_id=1")
    // Channels that one of both lacks.
    try expect(
      Blob(making: [1, 2, 6, 6]) { 4 * x[0, $0[1], $0[2], $0[3]] },
      of: twice + "[route]\nlayers=-1\ngroups=2\n[shortcut]\nfrom=0")
    try expect(
      Blob(making: [1, 4, 6, 6]) { ($0[1] < 2 ? 6 : 4) * x[0, $0[1], $0[2], $0[3]] },
      of: twice + "[route]\nlayers=-1\ngroups=2\n[route]\nlayers=0\n"
        + twice + "[shortcut]\nfrom=1")
  }

  @Test func crops() throws {
    try expect(
      Blob(making: [1, 4, 3, 4]) { 2 * Self.image[0, $0[1], 1 + $0[2], 1 + $0[3]] - 1 },
      of: "[crop]\ncrop_height=3\ncrop_width=4")
    try expect(
      Blob(making: [1, 4, 6, 5]) { Self.image[$0] },
      of: "[crop]\ncrop_height=6\ncrop_width=5\nnoadjust=1")
  }

  /// `reorg_cpu(x, w, h, c, 1, stride, 0, out)`, index for index.
  @Test(arguments: [1, 2]) func reorganizes(stride: Int) throws {
    let x = Blob([1, 8, 4, 6], seed: 5)
    let (c, h, w) = (8, 4, 6)
    let groups = c / (stride * stride)
    var values = [Float](repeating: 0, count: x.values.count)
    for k in 0..<c {
      for j in 0..<h {
        for i in 0..<w {
          let offset = k / groups
          let column = i * stride + offset % stride
          let row = j * stride + offset / stride
          values[i + w * (j + h * k)] =
            x.values[column + w * stride * (row + h * stride * (k % groups))]
        }
      }
    }
    try expect(
      Blob([1, c * stride * stride, h / stride, w / stride], values),
      of: "[reorg]\nstride=\(stride)", on: x)
  }

  @Test func denseAndSoftmax() throws {
    let weights = Blob([3, 144], seed: 6)
    let bias = Blob([3], seed: 7)
    let sum = CaffeFormula.dense(Self.image, weights, bias)
    try expect(
      sum, of: "[connected]\noutput=3\nactivation=linear", weights: bias.values + weights.values)
    let scales: [Float] = [1, 2, 3]
    let means: [Float] = [0.5, 0, -1]
    let variances: [Float] = [0.25, 1, 4]
    let plain = CaffeFormula.dense(Self.image, weights, nil)
    let normal = (0..<3).map { channel in
      Self.leaky(
        (plain.values[channel] - means[channel]) / (variances[channel] + 1e-5).squareRoot()
          * scales[channel] + bias.values[channel])
    }
    try expect(
      Blob([1, 3], normal), of: "[connected]\noutput=3\nactivation=leaky\nbatch_normalize=1",
      weights: bias.values + weights.values + scales + means + variances)
    let halves = Blob([2, 72], Self.image.values.map { $0 / 2 })
    try expect(
      Blob([1, 144], CaffeFormula.softmax(1, halves).values),
      of: "[softmax]\ngroups=2\ntemperature=2")
  }

  @Test func trainingLayersHandOn() throws {
    try expect(
      each(Self.image) { 2 * $0 },
      of: "[shortcut]\nfrom=-1\n[dropout]\nprobability=.5\n[cost]\ntype=sse")
  }
}
