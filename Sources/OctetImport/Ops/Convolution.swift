import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Two-dimensional convolution; one group for each channel makes it depthwise.
  static let convolution = OpMapping(
    makes: ["conv_2d", "depthwise_conv_2d", "pad"],
    caffe: [
      // Source: ConvolutionParameter of caffe.proto, base_conv_layer.cpp.
      "Convolution": { node, builder throws(Diagnostic) in
        let settings = node.attributes.message("convolution_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        guard extents.count == 4, try settings.int("axis", default: 1) == 1 else {
          throw Diagnostic(
            .unsupportedParameter, "only convolutions over the last two of 4 dimensions exist")
        }
        guard node.inputs.count == 1 else {
          throw Diagnostic(
            .unsupportedParameter, "a convolution of several blobs with the same weights",
            help: "write one Convolution layer a blob")
        }
        let window = try CaffeWindow(settings)
        let outputs = try settings.int("num_output", default: 0)
        let groups = try settings.int("group", default: 1)
        guard outputs > 0, groups > 0, extents[1] % groups == 0, outputs % groups == 0 else {
          throw Diagnostic(
            .unsupportedParameter,
            "num_output \(outputs) and group \(groups) do not fit \(extents[1]) input channels")
        }
        let depth = extents[1] / groups
        let filter = [outputs, depth, window.kernel.height, window.kernel.width]
        let weights = try builder.weights(
          0, count: try window.weightCount(outputs, depth), "filter weights")
        var bias: ValueID?
        if try settings.bool("bias_term", default: true) {
          bias = builder.constant(
            "bias", Tensor([outputs], try builder.weights(1, count: outputs, "biases")))
        }
        let isDepthwise = groups == extents[1] && groups > 1
        // Caffe's [O,I,h,w] becomes [O,h,w,I], or [1,h,w,O] where each filter has one input channel.
        let order = isDepthwise ? Permutation([1, 2, 3, 0]) : .toChannelsLast
        let constant = builder.constant(
          "weights", Tensor(order.apply(filter), order.apply(weights, extents: filter)))
        let op: any BuiltinOp =
          isDepthwise
          ? DepthwiseConv2D(
            stride: window.stride, dilation: window.dilation, depthMultiplier: outputs / groups,
            padding: .valid)
          : Conv2D(stride: window.stride, dilation: window.dilation, padding: .valid)
        let (height, width) = (window.pad.height, window.pad.width)
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          let padded = try builder.pad(image, height: (height, height), width: (width, width))
          return try builder.add(op, [padded, constant, bias])
        }
        return [result]
      }
    ])
}

/// Kernel, stride, padding and dilation as Caffe's convolutions and poolings give them: one number for
/// both directions, a list, or `_h` and `_w`.
struct CaffeWindow {
  var kernel: Steps
  var stride: Steps
  var pad: Steps
  var dilation: Steps

  init(_ settings: ForeignAttributes, needsKernel: Bool = true) throws(Diagnostic) {
    func pair(_ name: String, _ stem: String, default fallback: Int) throws(Diagnostic) -> Steps {
      let values = try settings.ints(name)
      guard values.count <= 2 else {
        throw Diagnostic(.unsupportedParameter, "'\(name)' has more than two numbers")
      }
      let height = try settings.int("\(stem)_h", default: values.first ?? fallback)
      let width = try settings.int("\(stem)_w", default: values.last ?? fallback)
      return Steps(height, width)
    }
    kernel = try pair("kernel_size", "kernel", default: 0)
    stride = try pair("stride", "stride", default: 1)
    pad = try pair("pad", "pad", default: 0)
    dilation = try pair("dilation", "dilation", default: 1)
    let limit = 1 << 16
    func check(_ steps: Steps, _ range: ClosedRange<Int>, _ what: String) throws(Diagnostic) {
      guard range.contains(steps.height), range.contains(steps.width) else {
        throw Diagnostic(
          .unsupportedParameter,
          "the \(what) \(steps.height)x\(steps.width) must lie in \(range.lowerBound)...\(limit)")
      }
    }
    if needsKernel { try check(kernel, 1...limit, "kernel size") }
    try check(stride, 1...limit, "stride")
    try check(pad, 0...limit, "padding")
    try check(dilation, 1...limit, "dilation")
  }

  /// The number of weights of `outputs` filters; `OCT0209` when that cannot be counted.
  func weightCount(_ outputs: Int, _ depth: Int) throws(Diagnostic) -> Int {
    guard let count = Shape.elementCount([outputs, depth, kernel.height, kernel.width]) else {
      throw Diagnostic(.tensorTooLarge, "the layer has more weights than can be counted")
    }
    return count
  }
}
