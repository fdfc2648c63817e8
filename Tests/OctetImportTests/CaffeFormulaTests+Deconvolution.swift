import OctetIR
import Testing

extension CaffeFormulaTests {
  struct Deconvolution: Sendable, CustomTestStringConvertible {
    let settings: String
    let outputs: Int
    var groups = 1
    var kernel = (3, 3)
    var stride = (1, 1)
    var pad = (0, 0)
    var hasBias = true
    /// The padding `same` crops as Caffe's does, or there is none, so that no slice is needed.
    var isCropped = false

    var testDescription: String { settings }
  }

  static let deconvolutions = [
    Deconvolution(settings: "num_output: 3 kernel_size: 3", outputs: 3),
    Deconvolution(
      settings: "num_output: 3 kernel_size: 4 stride: 2 pad: 1", outputs: 3, kernel: (4, 4),
      stride: (2, 2), pad: (1, 1)),
    Deconvolution(
      settings: "num_output: 2 kernel_size: 3 stride: 2 pad: 1 bias_term: false", outputs: 2,
      stride: (2, 2), pad: (1, 1), hasBias: false),
    Deconvolution(
      settings: "num_output: 2 kernel_size: 2 stride: 3", outputs: 2, kernel: (2, 2),
      stride: (3, 3)),
    Deconvolution(
      settings: "num_output: 5 kernel_size: 5 stride: 2 pad: 1", outputs: 5, kernel: (5, 5),
      stride: (2, 2), pad: (1, 1), isCropped: true),
    Deconvolution(
      settings: "num_output: 2 kernel_h: 4 kernel_w: 3 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 2",
      outputs: 2, kernel: (4, 3), stride: (2, 1), pad: (1, 2), isCropped: true),
    Deconvolution(
      settings: "num_output: 4 kernel_size: 4 stride: 2 pad: 1 group: 4", outputs: 4, groups: 4,
      kernel: (4, 4), stride: (2, 2), pad: (1, 1)),
    Deconvolution(
      settings: "num_output: 6 kernel_size: 3 group: 2 pad: 1", outputs: 6, groups: 2,
      pad: (1, 1), isCropped: false),
  ]

  @Test(arguments: deconvolutions)
  func deconvolution(_ test: Deconvolution) throws {
    let weights = Blob(
      [4, test.outputs / test.groups, test.kernel.0, test.kernel.1], seed: 21)
    let bias = test.hasBias ? Blob([test.outputs], seed: 22) : nil
    let window = Window(kernel: test.kernel, stride: test.stride, pad: test.pad)
    let converted = try expect(
      CaffeFormula.deconvolution(Self.image, weights, bias, groups: test.groups, window),
      of: layer("Deconvolution", "convolution_param { \(test.settings) }"),
      weights: [("l", [weights] + (bias.map { [$0] } ?? []))])
    #expect(
      converted.nodes.map { $0.op.name } == ["transpose_conv"] + (test.isCropped ? ["slice"] : []))
  }

  /// A normalization and an affine layer after a deconvolution vanish into its weights.
  @Test(arguments: [true, false])
  func normalizationFoldsIntoTheDeconvolution(_ hasBias: Bool) throws {
    let weights = Blob([4, 3, 2, 2], seed: 23)
    let bias = hasBias ? Blob([3], seed: 24) : nil
    let (factors, offsets) = (Blob([3], seed: 25), Blob([3], seed: 26))
    let sums = CaffeFormula.deconvolution(
      Self.image, weights, bias, groups: 1, Window(kernel: (2, 2), stride: (2, 2)))
    let converted = try expect(
      CaffeFormula.along(1, CaffeFormula.along(1, sums, factors, *), offsets, +).map { max($0, 0) },
      of: """
        layer { name: "d" type: "Deconvolution" bottom: "x0" top: "y"
          convolution_param { num_output: 3 kernel_size: 2 stride: 2 bias_term: \(hasBias) } }
        layer { name: "s" type: "Scale" bottom: "y" top: "y" scale_param { bias_term: true } }
        layer { name: "r" type: "ReLU" bottom: "y" top: "y" }
        """, weights: [("d", [weights] + (bias.map { [$0] } ?? [])), ("s", [factors, offsets])])
    #expect(converted.nodes.map { $0.op.name } == ["transpose_conv"])
  }

  @Test(arguments: ["DepthwiseConvolution", "ConvolutionDepthwise"], ["", "group: 4"])
  func depthwiseConvolution(_ type: String, _ group: String) throws {
    let (weights, bias) = (Blob([4, 1, 3, 3], seed: 2), Blob([4], seed: 3))
    let converted = try expect(
      CaffeFormula.convolution(
        Self.image, weights, bias, groups: 4, Window(kernel: (3, 3), pad: (1, 1))),
      of: layer(type, "convolution_param { num_output: 4 kernel_size: 3 pad: 1 \(group) }"),
      weights: [("l", [weights, bias])])
    #expect(converted.nodes.map { $0.op.name } == ["depthwise_conv_2d"])
  }
}
