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
        try CaffeConvolution(node, "convolution", &builder).convolve(&builder)
      },
      // Source: depthwise_conv_layer.cpp of the forks that have it: a Convolution with one group for
      // each channel.
      "DepthwiseConvolution": depthwise,
      // Source: conv_dw_layer.cpp, the same under another name.
      "ConvolutionDepthwise": depthwise,
    ],
    darknet: [
      // Source: Darknet's convolutional_layer.c and load_convolutional_weights.
      "convolutional": DarknetMapping(
        makes: ["reshape", "conv_2d", "depthwise_conv_2d", "pad", "transpose"]
          + DarknetActivation.makes,
        options: [
          "filters", "size", "stride", "stride_x", "stride_y", "pad", "padding", "dilation",
          "groups", "activation", "batch_normalize", "stopbackward", "learning_rate",
          "train_only_bn", "dontload", "dontloadscales", "burnin_update", "reset",
        ],
        refused: [
          "binary", "xnor", "bin_output", "use_bin_output", "flipped", "antialiasing",
          "share_index", "deform", "rotate", "sway", "stretch", "stretch_sway", "coordconv",
          "assisted_excitation",
        ],
        weights: { node, input throws(Diagnostic) in
          try DarknetConvolution(node, input).weights
        }
      ) { node, builder throws(Diagnostic) in
        let input = try builder.image(0)
        let settings = try DarknetConvolution(node, try builder.extents(input))
        let activation = try DarknetActivation(node, default: .logistic)
        let filters = settings.filters
        let (weights, bias) = try builder.normalizedWeights(
          settings.normalization, filters.stored, order: filters.order)
        let result = try builder.convolve(input, filters, settings.window, weights, bias)
        return [try activation.apply(result, &builder)]
      }
    ],
    tensorFlow: [
      "Conv2D": TensorFlowMapping(makes: ["conv_2d", "pad", "transpose"]) {
        node, builder throws(Diagnostic) in
        let image = try builder.image(node, 0)
        let filter = try builder.filter(node, Permutation([3, 0, 1, 2])) { extents in extents }
        let (rule, rows, columns) = try node.padding()
        let op = Conv2D(
          stride: try node.steps("strides"), dilation: try node.steps("dilations"), padding: rule)
        let result = try builder.windowed(node, image) { image, builder throws(Diagnostic) in
          let padded = try builder.pad(image, height: rows, width: columns)
          return try builder.add(op, [padded, filter, nil])
        }
        return [result]
      },
      // Its filters [h,w,C,M] are in the order of the outputs C * M.
      "DepthwiseConv2dNative": TensorFlowMapping(makes: ["depthwise_conv_2d", "pad", "transpose"]) {
        node, builder throws(Diagnostic) in
        let image = try builder.image(node, 0)
        var multiplier = 1
        let filter = try builder.filter(node, Permutation([0, 1, 2, 3])) { extents in
          multiplier = extents[3]
          return [1, extents[0], extents[1], extents[2] * extents[3]]
        }
        let (rule, rows, columns) = try node.padding()
        let op = DepthwiseConv2D(
          stride: try node.steps("strides"), dilation: try node.steps("dilations"),
          depthMultiplier: multiplier, padding: rule)
        let result = try builder.windowed(node, image) { image, builder throws(Diagnostic) in
          let padded = try builder.pad(image, height: rows, width: columns)
          return try builder.add(op, [padded, filter, nil])
        }
        return [result]
      },
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

/// The filters of a convolution as Caffe and Darknet store them.
struct Filters {
  let outputs: Int
  let inputs: Int
  let groups: Int
  let kernel: Steps
  /// One group for each channel.
  let isDepthwise: Bool

  init(outputs: Int, inputs: Int, groups: Int, kernel: Steps, isDepthwise: Bool? = nil) {
    self.outputs = outputs
    self.inputs = inputs
    self.groups = groups
    self.kernel = kernel
    self.isDepthwise = isDepthwise ?? (groups == inputs && groups > 1)
  }

  /// [O,I,h,w]
  var stored: [Int] { [outputs, inputs / groups, kernel.height, kernel.width] }

  /// Makes [O,h,w,I] of them, or [1,h,w,O] where each filter has one input channel.
  var order: Permutation { isDepthwise ? Permutation([1, 2, 3, 0]) : .toChannelsLast }
}

extension GraphBuilder {
  /// The filters [h,w,I,O] of a TensorFlow node, constant, in another order and shape.
  mutating func filter(
    _ node: TensorFlowNode, _ order: Permutation, shape: ([Int]) -> [Int]
  ) throws(Diagnostic) -> ValueID {
    let tensor = try node.constant(1, "filter")
    guard tensor.extents.count == 4, tensor.count > 0, tensor.type.element == .float32 else {
      throw Diagnostic(
        .unsupportedParameter, "a filter of type \(tensor.type.text) is not supported")
    }
    let ordered = tensor.permuted(order)
    return constant("weights", ordered.reshaped(shape(ordered.extents)))
  }

  /// A convolution of a channels-first image with weights in the order of `filters`.
  mutating func convolve(
    _ input: ValueID, _ filters: Filters, _ window: ForeignWindow, _ weights: ValueID,
    _ bias: ValueID?
  ) throws(Diagnostic) -> ValueID {
    let op: any BuiltinOp =
      filters.isDepthwise
      ? DepthwiseConv2D(
        stride: window.stride, dilation: window.dilation,
        depthMultiplier: filters.outputs / filters.groups, padding: .valid)
      : Conv2D(stride: window.stride, dilation: window.dilation, padding: .valid)
    let (height, width) = (window.pad.height, window.pad.width)
    return try channelsLast(input) { image, builder throws(Diagnostic) in
      let padded = try builder.pad(image, height: (height, height), width: (width, width))
      return try builder.add(op, [padded, weights, bias])
    }
  }
}

/// The numbers of a Darknet `[convolutional]` section.
private struct DarknetConvolution {
  let filters: Filters
  let window: ForeignWindow
  private let isNormalized: Bool

  init(_ node: ForeignNode, _ input: [Int]) throws(Diagnostic) {
    let options = node.attributes
    let outputs = try options.int("filters", default: 1)
    let size = try options.int("size", default: 1)
    let dilation = try options.int("dilation", default: 1)
    let groups = try options.int("groups", default: 1)
    // With pad=1 the padding is half the kernel's size, whatever `padding` says.
    let isHalf = try options.bool("pad", default: false)
    let given = try options.int("padding", default: 0)
    let padding = isHalf ? size / 2 : given
    var window = try ForeignWindow(
      darknet: options, size: size, padding: padding, dilation: dilation)
    // Darknet pads by the kernel's undilated half for each step of the dilation.
    window.pad = Steps(padding * dilation, padding * dilation)
    self.window = window
    let channels = input.count > 1 ? input[1] : 1
    guard outputs > 0, outputs < 1 << 31, groups > 0, channels % groups == 0, outputs % groups == 0
    else {
      throw Diagnostic(
        .unsupportedParameter,
        "filters=\(outputs) and groups=\(groups) do not fit \(channels) input channels",
        help: "both numbers must be multiples of groups")
    }
    filters = Filters(outputs: outputs, inputs: channels, groups: groups, kernel: window.kernel)
    isNormalized = try options.bool("batch_normalize", default: false)
  }

  /// Biases come first, then the statistics, then the filters.
  var weights: [[Int]] {
    [[Int]](repeating: [filters.outputs], count: isNormalized ? 4 : 1) + [filters.stored]
  }

  var normalization: DarknetNormalization {
    DarknetNormalization(
      filter: isNormalized ? 4 : 1, bias: 0, statistics: isNormalized ? 1 : nil,
      channels: filters.outputs)
  }
}
