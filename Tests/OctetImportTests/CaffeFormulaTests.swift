import OctetDiagnostics
import OctetIR
import OctetImport
import OctetOps
import Testing

/// Imported layers, with weights, against `CaffeFormula`, before and after the passes.
@Suite struct CaffeFormulaTests {
  static let image = Blob([1, 4, 7, 6], seed: 1)
  typealias Window = CaffeFormula.Window

  /// Imports `layers` on the blobs `x0`, `x1` …, runs them, and compares the only output.
  ///
  /// - Returns: the graph after the passes.
  @discardableResult
  func expect(
    _ expected: Blob, of layers: String, on inputs: [Blob] = [image],
    weights: [CaffeModelEncoder.Weights] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Graph {
    var text = ""
    for (index, input) in inputs.enumerated() {
      text += "input: \"x\(index)\" input_shape { dim: \(input.extents) }\n"
    }
    var fixture = NetFixture(.caffe, text + layers)
    fixture.batch = inputs[0].extents[0]
    if !weights.isEmpty { fixture.weights = CaffeModelEncoder.model(weights) }
    return try fixture.expect(expected, on: inputs, sourceLocation: sourceLocation)
  }

  func layer(_ type: String, _ settings: String = "", bottoms: Int = 1) -> String {
    let blobs = (0..<bottoms).map { "bottom: \"x\($0)\"" }.joined(separator: " ")
    return "layer { name: \"l\" type: \"\(type)\" \(blobs) top: \"y\" \(settings) }"
  }

  struct Convolution: Sendable, CustomTestStringConvertible {
    let settings: String
    let outputs: Int
    var groups = 1
    var kernel = (3, 3)
    var stride = (1, 1)
    var pad = (0, 0)
    var dilation = (1, 1)
    var hasBias = true

    var testDescription: String { settings }
  }

  static let convolutions = [
    Convolution(settings: "num_output: 5 kernel_size: 3", outputs: 5),
    Convolution(settings: "num_output: 3 kernel_size: 3 pad: 1", outputs: 3, pad: (1, 1)),
    Convolution(
      settings: "num_output: 3 kernel_size: 3 stride: 2 pad: 2 bias_term: false", outputs: 3,
      stride: (2, 2), pad: (2, 2), hasBias: false),
    Convolution(
      settings: "num_output: 2 kernel_h: 2 kernel_w: 5 stride_h: 3 stride_w: 1 pad_h: 0 pad_w: 2",
      outputs: 2, kernel: (2, 5), stride: (3, 1), pad: (0, 2)),
    Convolution(
      settings: "num_output: 2 kernel_size: 2 kernel_size: 3 stride: [2, 1] pad: [1, 0]",
      outputs: 2, kernel: (2, 3), stride: (2, 1), pad: (1, 0)),
    Convolution(
      settings: "num_output: 2 kernel_size: 3 dilation: 2 pad: 2", outputs: 2, pad: (2, 2),
      dilation: (2, 2)),
    Convolution(
      settings: "num_output: 6 kernel_size: 3 group: 2 pad: 1", outputs: 6, groups: 2, pad: (1, 1)),
    Convolution(
      settings: "num_output: 4 kernel_size: 3 group: 4 pad: 1 stride: 2", outputs: 4, groups: 4,
      stride: (2, 2), pad: (1, 1)),
    Convolution(
      settings: "num_output: 12 kernel_size: 2 group: 4 bias_term: false", outputs: 12, groups: 4,
      kernel: (2, 2), hasBias: false),
    Convolution(
      settings: "num_output: 4 kernel_size: 2 group: 4 dilation: 3", outputs: 4, groups: 4,
      kernel: (2, 2), dilation: (3, 3)),
    Convolution(settings: "num_output: 7 kernel_size: 1", outputs: 7, kernel: (1, 1)),
  ]

  @Test(arguments: convolutions)
  func convolution(_ test: Convolution) throws {
    let extents = [test.outputs, 4 / test.groups, test.kernel.0, test.kernel.1]
    let weights = Blob(extents, seed: 2)
    let bias = test.hasBias ? Blob([test.outputs], seed: 3) : nil
    let window = Window(
      kernel: test.kernel, stride: test.stride, pad: test.pad, dilation: test.dilation)
    try expect(
      CaffeFormula.convolution(Self.image, weights, bias, groups: test.groups, window),
      of: layer("Convolution", "convolution_param { \(test.settings) }"),
      weights: [("l", [weights] + (bias.map { [$0] } ?? []))])
  }

  @Test func denseAfterFlattening() throws {
    let weights = Blob([3, 4 * 7 * 6], seed: 4)
    let bias = Blob([3], seed: 5)
    let expected = CaffeFormula.dense(Self.image, weights, bias)
    let settings = "inner_product_param { num_output: 3 }"
    try expect(expected, of: layer("InnerProduct", settings), weights: [("l", [weights, bias])])
    try expect(
      expected,
      of: """
        layer { name: "f" type: "Flatten" bottom: "x0" top: "f" }
        layer { name: "l" type: "InnerProduct" bottom: "f" top: "y" \(settings) }
        """, weights: [("l", [weights, bias])])
  }

  @Test func denseForms() throws {
    let weights = Blob([5, 6], seed: 4)
    let bias = Blob([5], seed: 5)
    let expected = CaffeFormula.dense(Self.image, weights, bias, axis: 3)
    for axis in ["3", "-1"] {
      try expect(
        expected,
        of: layer("InnerProduct", "inner_product_param { num_output: 5 axis: \(axis) }"),
        weights: [("l", [weights, bias])])
    }
    try expect(
      CaffeFormula.dense(Self.image, weights, nil, axis: 3),
      of: layer(
        "InnerProduct",
        "inner_product_param { num_output: 5 axis: 3 transpose: true bias_term: false }"),
      weights: [("l", [weights.transposed([1, 0])])])
    // Old files give everything four extents.
    try expect(
      expected, of: layer("InnerProduct", "inner_product_param { num_output: 5 axis: 3 }"),
      weights: [("l", [weights.with([1, 1, 5, 6]), bias.with([1, 1, 1, 5])])])
  }

  struct Pooling: Sendable, CustomTestStringConvertible {
    let settings: String
    var kernel = (2, 2)
    var stride = (1, 1)
    var pad = (0, 0)
    var floor = false

    var testDescription: String { settings }
  }

  static let poolings = [
    Pooling(settings: "kernel_size: 2"),
    Pooling(settings: "kernel_size: 2 stride: 2", stride: (2, 2)),
    Pooling(settings: "kernel_size: 3 stride: 2", kernel: (3, 3), stride: (2, 2)),
    Pooling(settings: "kernel_size: 2 stride: 2 round_mode: FLOOR", stride: (2, 2), floor: true),
    Pooling(settings: "kernel_size: 2 stride: 2 ceil_mode: false", stride: (2, 2), floor: true),
    Pooling(settings: "kernel_size: 2 stride: 2 ceil_mode: true", stride: (2, 2)),
    Pooling(
      settings: "kernel_size: 3 stride: 2 pad: 1", kernel: (3, 3), stride: (2, 2), pad: (1, 1)),
    Pooling(
      settings: "kernel_size: 4 stride: 3 pad: 2", kernel: (4, 4), stride: (3, 3), pad: (2, 2)),
    Pooling(
      settings: "kernel_size: 3 stride: 3 pad: 2", kernel: (3, 3), stride: (3, 3), pad: (2, 2)),
    Pooling(settings: "kernel_size: 2 stride: 2 pad: 1", stride: (2, 2), pad: (1, 1)),
    Pooling(
      settings: "kernel_size: 3 stride: 2 pad: 1 round_mode: 1", kernel: (3, 3), stride: (2, 2),
      pad: (1, 1), floor: true),
    Pooling(
      settings: "kernel_h: 3 kernel_w: 2 stride_h: 1 stride_w: 4 pad_h: 2 pad_w: 0", kernel: (3, 2),
      stride: (1, 4), pad: (2, 0)),
    Pooling(settings: "global_pooling: 1 pad: 0 stride: 1", kernel: (7, 6)),
    Pooling(settings: "kernel_h: 7 kernel_w: 6", kernel: (7, 6)),
    // The last window stands beside the image's last pixel.
    Pooling(settings: "kernel_size: 5 stride: 4", kernel: (5, 5), stride: (4, 4)),
  ]

  @Test(arguments: poolings, [("MAX", true), ("AVE", false), ("0", true), ("1", false)])
  func pooling(_ test: Pooling, _ kind: (name: String, isMax: Bool)) throws {
    let window = Window(kernel: test.kernel, stride: test.stride, pad: test.pad)
    try expect(
      CaffeFormula.pooling(Self.image, isMax: kind.isMax, window, floor: test.floor),
      of: layer("Pooling", "pooling_param { pool: \(kind.name) \(test.settings) }"))
  }

  @Test func activations() throws {
    let x = Self.image
    try expect(x.map { max($0, 0) }, of: layer("ReLU"))
    try expect(
      x.map { $0 < 0 ? 0.125 * $0 : $0 }, of: layer("ReLU", "relu_param { negative_slope: 0.125 }"))
    try expect(
      x.map { $0 < 0 ? -0.5 * $0 : $0 }, of: layer("ReLU", "relu_param { negative_slope: - 0.5 }"))
    try expect(x.map(CaffeFormula.sigmoid), of: layer("Sigmoid"))
    try expect(x.map(CaffeFormula.tanh), of: layer("TanH"))
    try expect(x, of: layer("Dropout", "dropout_param { dropout_ratio: 0.9 }"))
  }

  @Test(arguments: [(1, 1e-5, ""), (998, 0.25, "eps: 0.25"), (0, 0.5, "eps: 0.5")])
  func batchNorm(_ factor: Float, _ epsilon: Float, _ settings: String) throws {
    let mean = Blob([4], [1, -2, 30, 4])
    let variance = Blob([4], [1, 0.5, 900, 20])
    for x in [Self.image, Blob([3, 4], seed: 6)] {
      try expect(
        CaffeFormula.batchNorm(
          x, mean: mean, variance: variance, factor: factor, epsilon: epsilon),
        of: layer("BatchNorm", "batch_norm_param { use_global_stats: true \(settings) }"), on: [x],
        weights: [("l", [mean, variance, Blob([1], [factor])])])
    }
  }

  @Test(arguments: [
    ("", 1, [4]), ("axis: 2", 2, [7]), ("axis: -1", 3, [6]), ("num_axes: 2", 1, [4, 7]),
    ("axis: 1 num_axes: -1", 1, [4, 7, 6]), ("axis: 0 num_axes: -1", 0, [1, 4, 7, 6]),
    ("num_axes: 0", 1, []),
  ])
  func scaleAndBias(_ settings: String, _ axis: Int, _ extents: [Int]) throws {
    let factors = Blob(extents, seed: 7)
    let offsets = Blob(extents, seed: 8)
    let scaled = CaffeFormula.along(axis, Self.image, factors, *)
    try expect(
      scaled, of: layer("Scale", "scale_param { \(settings) }"), weights: [("l", [factors])])
    try expect(
      CaffeFormula.along(axis, scaled, offsets, +),
      of: layer("Scale", "scale_param { \(settings) bias_term: true }"),
      weights: [("l", [factors, offsets])])
    try expect(
      CaffeFormula.along(axis, Self.image, offsets, +),
      of: layer("Bias", "bias_param { \(settings) }"), weights: [("l", [offsets])])
  }

  @Test func scaleByABlob() throws {
    let factors = Blob([1, 4], seed: 9)
    let offsets = Blob([1, 4], seed: 10)
    let scaled = CaffeFormula.along(0, Self.image, factors, *)
    try expect(
      scaled, of: layer("Scale", "scale_param { axis: 0 }", bottoms: 2), on: [Self.image, factors])
    try expect(
      CaffeFormula.along(0, scaled, offsets, +),
      of: layer("Scale", "scale_param { axis: 0 bias_term: true }", bottoms: 2),
      on: [Self.image, factors], weights: [("l", [offsets])])
    try expect(
      CaffeFormula.along(0, Self.image, offsets, +),
      of: layer("Bias", "bias_param { axis: 0 }", bottoms: 2), on: [Self.image, offsets])
  }

  @Test(
    arguments: [
      ("", [1, 1, 1]), ("operation: SUM", [1, 1, 1]), ("coeff: [1, -2, 0.5]", [1, -2, 0.5]),
      ("coeff: 3 coeff: 1 coeff: 0 operation: 1", [3, 1, 0]),
    ] as [(String, [Float])])
  func sums(_ settings: String, _ factors: [Float]) throws {
    let inputs = (11...13).map { Blob(Self.image.extents, seed: $0) }
    try expect(
      Blob(making: Self.image.extents) { at in
        zip(inputs, factors).map { $0[at] * $1 }.reduce(0, +)
      },
      of: layer("Eltwise", "eltwise_param { \(settings) }", bottoms: 3), on: inputs)
  }

  @Test(arguments: [("PROD", false), ("0", false), ("MAX", true), ("2", true)])
  func productsAndMaxima(_ operation: String, _ isMax: Bool) throws {
    let inputs = (11...13).map { Blob(Self.image.extents, seed: $0) }
    try expect(
      Blob(making: Self.image.extents) { at in
        let values = inputs.map { $0[at] }
        return isMax ? values.reduce(-1, max) : values.reduce(1, *)
      },
      of: layer("Eltwise", "eltwise_param { operation: \(operation) }", bottoms: 3), on: inputs)
  }

  @Test(arguments: [
    ("", 1), ("axis: 1", 1), ("axis: 2", 2), ("axis: -1", 3), ("concat_dim: 2", 2),
    ("concat_dim: 1", 1),
  ])
  func concatenation(_ settings: String, _ axis: Int) throws {
    var extents = Self.image.extents
    extents[axis] = 3
    let inputs = [Self.image, Blob(extents, seed: 14), Self.image.map { -$0 }]
    try expect(
      CaffeFormula.concatenation(axis, inputs),
      of: layer("Concat", "concat_param { \(settings) }", bottoms: 3), on: inputs)
  }

  @Test func split() throws {
    try expect(
      Self.image.map { $0 * max($0, 0) },
      of: """
        layer { name: "s" type: "Split" bottom: "x0" top: "a" top: "b" }
        layer { name: "r" type: "ReLU" bottom: "a" top: "a" }
        layer { name: "e" type: "Eltwise" bottom: "a" bottom: "b" top: "y"
          eltwise_param { operation: PROD } }
        """)
  }

  @Test(arguments: [
    ("Flatten", "", [1, 168]), ("Flatten", "flatten_param { axis: 2 }", [1, 4, 42]),
    ("Flatten", "flatten_param { axis: 1 end_axis: 2 }", [1, 28, 6]),
    ("Flatten", "flatten_param { axis: 0 end_axis: -1 }", [168]),
    ("Flatten", "flatten_param { axis: 3 }", [1, 4, 7, 6]),
    ("Reshape", "reshape_param { shape { dim: 0 dim: -1 } }", [1, 168]),
    ("Reshape", "reshape_param { shape { dim: [0, 2, -1, 6] } }", [1, 2, 14, 6]),
    ("Reshape", "reshape_param { shape { dim: [0, 0, 0, 0] } }", [1, 4, 7, 6]),
    ("Reshape", "reshape_param { shape { dim: [14, 12] } }", [14, 12]),
    ("Reshape", "reshape_param { shape { dim: [2, -1] } axis: 1 num_axes: 2 }", [1, 2, 14, 6]),
    ("Reshape", "reshape_param { shape { dim: 1 } axis: -1 num_axes: 0 }", [1, 4, 7, 6, 1]),
    ("Reshape", "reshape_param { shape { } axis: 0 num_axes: 1 }", [4, 7, 6]),
  ])
  func reshaping(_ type: String, _ settings: String, _ extents: [Int]) throws {
    try expect(Self.image.with(extents), of: layer(type, settings))
  }

  @Test(arguments: [("", 1), ("axis: 1", 1), ("axis: 2", 2), ("axis: -1", 3)])
  func softmax(_ settings: String, _ axis: Int) throws {
    try expect(
      CaffeFormula.softmax(axis, Self.image),
      of: layer("Softmax", "softmax_param { \(settings) }"))
    let rows = Blob([3, 5], seed: 15)
    if axis == 1 { try expect(CaffeFormula.softmax(1, rows), of: layer("Softmax"), on: [rows]) }
  }

  /// Layers that work in place follow each other; what read the blob before keeps the old value.
  @Test func inPlaceChains() throws {
    try expect(
      Self.image.map { max($0, 0) + CaffeFormula.tanh(CaffeFormula.sigmoid(max($0, 0))) },
      of: """
        layer { name: "r" type: "ReLU" bottom: "x0" top: "a" }
        layer { name: "d" type: "Dropout" bottom: "a" top: "a" }
        layer { name: "k" type: "Split" bottom: "a" top: "kept" }
        layer { name: "s" type: "Sigmoid" bottom: "a" top: "a" }
        layer { name: "t" type: "TanH" bottom: "a" top: "a" }
        layer { name: "e" type: "Eltwise" bottom: "kept" bottom: "a" top: "y" }
        """)
  }

  /// A normalization and an affine layer leave nothing but the convolution, with or without a bias
  /// of its own and whatever comes after.
  @Test(arguments: [1, 4], [(true, ""), (false, ""), (false, "TanH")])
  func normalizationFoldsIntoTheConvolution(
    groups: Int, _ form: (hasBias: Bool, next: String)
  ) throws {
    let weights = Blob([4, 4 / groups, 3, 3], seed: 16)
    let bias = form.hasBias ? Blob([4], seed: 20) : nil
    let (mean, variance) = (Blob([4], seed: 17), Blob([4], [1, 2, 3, 0.5]))
    let (factors, offsets) = (Blob([4], seed: 18), Blob([4], seed: 19))
    let sums = CaffeFormula.convolution(
      Self.image, weights, bias, groups: groups, Window(kernel: (3, 3), pad: (1, 1)))
    let normal = CaffeFormula.batchNorm(
      sums, mean: mean, variance: variance, factor: 2, epsilon: 1e-5)
    let affine = CaffeFormula.along(1, CaffeFormula.along(1, normal, factors, *), offsets, +)
    var layers = """
      layer { name: "c" type: "Convolution" bottom: "x0" top: "y"
        convolution_param { num_output: 4 kernel_size: 3 pad: 1 group: \(groups)
          bias_term: \(form.hasBias) } }
      layer { name: "bn" type: "BatchNorm" bottom: "y" top: "y" }
      layer { name: "sc" type: "Scale" bottom: "y" top: "y" scale_param { bias_term: true } }
      """
    if !form.next.isEmpty {
      layers += "layer { name: 'n' type: '\(form.next)' bottom: 'y' top: 'y' }"
    }
    let converted = try expect(
      form.next == "TanH" ? affine.map(CaffeFormula.tanh) : affine, of: layers,
      weights: [
        ("c", [weights] + (bias.map { [$0] } ?? [])),
        ("bn", [mean, variance, Blob([1], [2])]), ("sc", [factors, offsets]),
      ])
    let layer = groups == 1 ? "conv_2d" : "depthwise_conv_2d"
    #expect(converted.nodes.map { $0.op.name } == [layer] + (form.next == "TanH" ? ["tanh"] : []))
    #expect(converted.nodes.first?.provenance.map { $0.node } == ["c", "bn", "sc"])
    #expect(converted.distributions.map { $0.place.node } == ["sc"])
    #expect(converted.distributions.last?.1.means == offsets.values.map { Float($0) })
    #expect(converted.distributions.last?.1.deviations == factors.values.map { abs(Float($0)) })
  }
}
