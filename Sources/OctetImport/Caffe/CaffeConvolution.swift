import OctetDiagnostics
import OctetIR
import OctetOps

/// What Convolution and Deconvolution layers say alike, checked as Caffe checks it.
struct CaffeConvolution {
  static let fields = CaffeMapping.Fields(
    "convolution_param",
    [
      "num_output", "bias_term", "pad", "kernel_size", "stride", "dilation", "pad_h", "pad_w",
      "kernel_h", "kernel_w", "stride_h", "stride_w", "group", "weight_filler", "bias_filler",
      "engine", "axis", "force_nd_im2col",
    ])

  let input: ValueID
  /// The input's: batch, channels, height, width.
  let extents: [Int]
  let outputs: Int
  let window: ForeignWindow
  let hasBias: Bool
  var groups: Int

  var channels: Int { extents[1] }

  init(
    _ node: ForeignNode, _ what: String, _ builder: inout GraphBuilder
  ) throws(Diagnostic) {
    let settings = try node.attributes.message("convolution_param")
    outputs = try outputCount(settings)
    window = try ForeignWindow(convolution: settings)
    guard node.inputs.count == 1 else {
      throw Diagnostic(
        .unsupportedParameter, "a \(what) of several blobs with the same weights",
        help: "write one \(node.type) layer a blob")
    }
    input = try builder.input(0)
    extents = try builder.imageExtents(input, for: "a \(what)")
    guard [1, -3].contains(try settings.int("axis", default: 1)) else {
      throw Diagnostic(
        .unsupportedParameter, "only \(what)s over the last two dimensions exist",
        help: "take 'axis' off")
    }
    groups = try settings.int("group", default: 1)
    guard groups > 0, extents[1] % groups == 0, outputs % groups == 0 else {
      throw Diagnostic(
        .unsupportedParameter,
        "num_output \(outputs) and group \(groups) do not fit \(extents[1]) input channels",
        help: "both numbers must be multiples of group")
    }
    hasBias = try settings.bool("bias_term", default: true)
  }

  /// The layer's second weights, when it has them.
  func bias(_ builder: inout GraphBuilder) throws(Diagnostic) -> ValueID? {
    guard hasBias else { return nil }
    return builder.constant("bias", try builder.weights(1, [outputs], "biases"))
  }

  /// The convolution of the input.
  func convolve(isDepthwise: Bool? = nil, _ builder: inout GraphBuilder) throws(Diagnostic)
    -> [ValueID]
  {
    let filters = Filters(
      outputs: outputs, inputs: channels, groups: groups, kernel: window.kernel,
      isDepthwise: isDepthwise)
    let weights = builder.constant(
      "weights", try builder.weights(0, filters.stored, "filter weights", order: filters.order))
    let bias = try bias(&builder)
    return [try builder.convolve(input, filters, window, weights, bias)]
  }
}
