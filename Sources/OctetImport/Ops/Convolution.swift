import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Two-dimensional convolution; one group for each channel makes it depthwise.
  static let convolution = OpMapping(
    caffe: [
      // Source: ConvolutionParameter of caffe.proto, base_conv_layer.cpp.
      "Convolution": CaffeMapping(
        makes: ["conv_2d", "depthwise_conv_2d", "pad", "transpose"],
        fields: CaffeConvolution.fields, bottoms: 1...Int.max, needsWeights: { _ in true }
      ) { node, builder throws(Diagnostic) in
        let layer = try CaffeConvolution(node, "convolution", &builder)
        let isDepthwise = layer.groups == layer.channels && layer.groups > 1
        return try layer.convolve(isDepthwise: isDepthwise, &builder)
      },
      // Source: depthwise_conv_layer.cpp of the forks that have it: a Convolution with one group for
      // each channel.
      "DepthwiseConvolution": depthwise,
      // Source: conv_dw_layer.cpp, the same under another name.
      "ConvolutionDepthwise": depthwise,
    ])

  private static let depthwise = CaffeMapping(
    makes: ["depthwise_conv_2d", "pad", "transpose"],
    fields: CaffeConvolution.fields, needsWeights: { _ in true }
  ) { node, builder throws(Diagnostic) in
    var layer = try CaffeConvolution(node, "convolution", &builder)
    let settings = try node.attributes.message("convolution_param")
    guard !settings.contains("group") || layer.groups == layer.channels,
      layer.outputs % layer.channels == 0
    else {
      throw Diagnostic(
        .unsupportedParameter,
        "num_output \(layer.outputs) and group \(layer.groups) do not fit a depthwise convolution of "
          + "\(layer.channels) channels",
        help: "write a Convolution layer: it takes any groups")
    }
    layer.groups = layer.channels
    return try layer.convolve(isDepthwise: true, &builder)
  }
}

/// Kernel, stride, padding and dilation as Caffe's convolutions and poolings give them: one number for
/// both directions, a list, or `_h` and `_w`. What Caffe refuses is `OCT0307`.
struct CaffeWindow {
  var kernel: Steps
  var stride: Steps
  var pad: Steps
  var dilation = Steps(1, 1)

  private static let limit = 1 << 16

  /// - Parameter settings: a `convolution_param`.
  init(convolution settings: ForeignAttributes) throws(Diagnostic) {
    kernel = try Self.pair(settings, "kernel_size", stem: "kernel", least: 1)
    stride = try Self.pair(settings, "stride", default: 1, least: 1)
    pad = try Self.pair(settings, "pad", default: 0, least: 0, loneDefault: 0)
    dilation = try Self.pair(settings, "dilation", default: 1, least: 1)
  }

  /// - Parameters:
  ///   - settings: a `pooling_param`.
  ///   - whole: the image's extents, which a global pooling takes as its window.
  init(pooling settings: ForeignAttributes, whole: Steps) throws(Diagnostic) {
    let isGlobal = try settings.bool("global_pooling", default: false)
    for name in ["kernel_size", "stride", "pad"] { _ = try settings.int(name, default: 0) }
    stride = try Self.pair(settings, "stride", default: 1, least: 1)
    pad = try Self.pair(settings, "pad", default: 0, least: 0)
    guard isGlobal else {
      kernel = try Self.pair(settings, "kernel_size", stem: "kernel", least: 1)
      return
    }
    kernel = whole
    let hasKernel = ["kernel_size", "kernel_h", "kernel_w"].contains { settings.contains($0) }
    guard !hasKernel, stride == Steps(1, 1), pad == Steps(0, 0) else {
      throw Diagnostic(
        .unsupportedParameter, "global_pooling takes no kernel size, stride or padding",
        help: "take them off, or global_pooling")
    }
  }

  /// - Parameter loneDefault: what `_h` or `_w` is when only the other is given; nil refuses that.
  private static func pair(
    _ settings: ForeignAttributes, _ name: String, stem: String? = nil,
    default fallback: Int? = nil,
    least: Int, loneDefault: Int? = nil
  ) throws(Diagnostic) -> Steps {
    let (tall, wide) = ("\(stem ?? name)_h", "\(stem ?? name)_w")
    let values = try settings.ints(name)
    let sides = [settings.contains(tall), settings.contains(wide)]
    var result: Steps
    if sides.contains(true) {
      guard values.isEmpty else {
        throw Diagnostic(
          .unsupportedParameter, "'\(name)' and '\(tall)' or '\(wide)' are both given",
          help: "keep one form")
      }
      guard !sides.contains(false) || loneDefault != nil else {
        throw Diagnostic(
          .unsupportedParameter, "only one of '\(tall)' and '\(wide)' is given", help: "give both")
      }
      result = Steps(
        try settings.int(tall, default: loneDefault ?? 0),
        try settings.int(wide, default: loneDefault ?? 0))
    } else {
      guard values.count <= 2 else {
        throw Diagnostic(
          .unsupportedParameter, "'\(name)' has more than two numbers", help: "give one or two")
      }
      guard let first = values.first ?? fallback, let last = values.last ?? fallback else {
        throw Diagnostic(
          .unsupportedParameter, "the layer has no \(name)", help: "give \(name): NUMBER")
      }
      result = Steps(first, last)
    }
    guard (least...limit).contains(result.height), (least...limit).contains(result.width) else {
      throw Diagnostic(
        .unsupportedParameter,
        "\(name) \(result.height)x\(result.width) must lie in \(least)...\(limit)")
    }
    return result
  }
}
