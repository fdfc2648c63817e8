import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasMapping {
  static let convolutions: [String: KerasMapping] = [
    "Conv1D": convolution(rank: 1) { layer, channels, builder throws(Diagnostic) in
      try builder.filter(layer, rank: 1, channels)
    },
    "Conv2D": convolution(rank: 2) { layer, channels, builder throws(Diagnostic) in
      try builder.filter(layer, rank: 2, channels)
    },
    "DepthwiseConv1D": convolution(rank: 1) { layer, channels, builder throws(Diagnostic) in
      try builder.depthwiseFilter(layer, rank: 1, channels)
    },
    "DepthwiseConv2D": convolution(rank: 2) { layer, channels, builder throws(Diagnostic) in
      try builder.depthwiseFilter(layer, rank: 2, channels)
    },
    "SeparableConv1D": convolution(rank: 1) { layer, channels, builder throws(Diagnostic) in
      try builder.separableFilter(layer, rank: 1, channels)
    },
    "SeparableConv2D": convolution(rank: 2) { layer, channels, builder throws(Diagnostic) in
      try builder.separableFilter(layer, rank: 2, channels)
    },
    "Conv3D": convolution(rank: 3) { layer, channels, builder throws(Diagnostic) in
      try builder.filter(layer, rank: 3, channels)
    },
    "Conv1DTranspose": one { layer, input, builder throws(Diagnostic) in
      try builder.transposedConvolution(layer, rank: 1, input)
    },
    "Conv2DTranspose": one { layer, input, builder throws(Diagnostic) in
      try builder.transposedConvolution(layer, rank: 2, input)
    },
  ]

  /// A convolution over `rank` dimensions; one over one dimension is one over images of one row.
  private static func convolution(
    rank: Int,
    _ filters:
      @escaping @Sendable (KerasLayer, Int, inout KerasBuilder) throws(Diagnostic) -> KerasFilters
  ) -> KerasMapping {
    one { layer, input, builder throws(Diagnostic) in
      let form = KerasForm(rank: rank, isChannelsFirst: try layer.isChannelsFirst())
      let extents = try builder.extents(input)
      guard extents.count == rank + 2 else {
        throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
      }
      let filters = try filters(layer, extents[form.channels], &builder)
      let bias = try builder.bias(layer, filters.outputs)
      let strides = try layer.sizes("strides", count: rank, default: 1)
      let dilations = try layer.sizes("dilation_rate", count: rank, default: 1)
      var image = try builder.image(input, form)
      var padding = try layer.text("padding", default: "valid").uppercased()
      if padding == "CAUSAL" {
        guard rank == 1, let size = filters.sides.last else {
          throw layer.wrong("padding", "same or valid")
        }
        var borders = [Int](repeating: 0, count: 8)
        borders[form.isChannelsFirst ? 6 : 4] = dilations[0] * (size - 1)
        image = try builder.pad(image, borders)
        padding = "VALID"
      }
      var result = image
      for (index, step) in filters.steps.enumerated() {
        let ones = [Int](repeating: 1, count: rank)
        result = try builder.apply(
          step.op, [result, .constant(step.filter)],
          [
            "strides": form.spread(index == 0 ? strides : ones, beside: strides[0]),
            "dilations": form.spread(index == 0 ? dilations : ones, beside: 1),
            "padding": .text(index == 0 ? padding : "VALID"), "data_format": form.name,
          ])
      }
      if let bias {
        result = try builder.apply("BiasAdd", [result, bias], ["data_format": form.name])
      }
      return try builder.activate(
        try builder.line(result, form), layer.config["activation"])
    }
  }
}

/// How the images of a layer over `rank` dimensions are laid out. TensorFlow's operators over one dimension work on images
/// of one row.
struct KerasForm {
  let rank: Int
  let isChannelsFirst: Bool

  /// The dimension of the channels, and the first of the others.
  var channels: Int { isChannelsFirst ? 1 : rank + 1 }
  var first: Int { isChannelsFirst ? 2 : 1 }

  var name: TFAttrValue {
    switch rank {
    case 3: .text(isChannelsFirst ? "NCDHW" : "NDHWC")
    default: .text(isChannelsFirst ? "NCHW" : "NHWC")
    }
  }

  /// One number for each dimension of an image, or of a line with `other` for its row.
  func spread(_ sizes: [Int], beside other: Int) -> TFAttrValue {
    let all = rank == 1 ? [other] + sizes : sizes
    return .ints(isChannelsFirst ? [1, 1] + all : [1] + all + [1])
  }
}

extension KerasBuilder {
  /// A line as an image of one row; other inputs as they are.
  mutating func image(
    _ input: TensorFlowValue, _ form: KerasForm
  ) throws(Diagnostic) -> TensorFlowValue {
    guard form.rank == 1 else { return input }
    var extents = try extents(input)
    extents.insert(1, at: form.first)
    return try reshape(input, extents)
  }

  /// The reverse of `image`.
  mutating func line(
    _ result: TensorFlowValue, _ form: KerasForm
  ) throws(Diagnostic) -> TensorFlowValue {
    guard form.rank == 1 else { return result }
    var extents = try extents(result)
    extents.remove(at: form.first)
    return try reshape(result, extents)
  }

  /// Zeros before and after each dimension.
  mutating func pad(
    _ input: TensorFlowValue, _ borders: [Int]
  ) throws(Diagnostic) -> TensorFlowValue {
    let constant = Tensor([borders.count / 2, 2], int32: borders.map { Int32(clamping: $0) })
    return try apply("Pad", [input, .constant(constant)])
  }
}

/// The convolutions that a layer is made of.
struct KerasFilters {
  let steps: [(op: String, filter: Tensor)]
  let outputs: Int
  /// The extents of the first's filter.
  let sides: [Int]
}

extension KerasBuilder {
  /// The bias of a layer that has one.
  mutating func bias(_ layer: KerasLayer, _ count: Int) throws(Diagnostic) -> TensorFlowValue? {
    guard try layer.bool("use_bias", default: true) else { return nil }
    return .constant(try weight("bias", [count]))
  }

  /// A filter [h,w,…] of one row for a layer of one dimension.
  func image(_ filter: Tensor) -> Tensor {
    filter.extents.count > 3
      ? filter : Tensor(TensorType(.float32, [1] + filter.extents), filter.storage)
  }

  fileprivate mutating func filter(
    _ layer: KerasLayer, rank: Int, _ channels: Int
  ) throws(Diagnostic) -> KerasFilters {
    let sides = try layer.sizes("kernel_size", count: rank)
    let groups = try layer.int("groups", default: 1)
    guard groups > 0, channels % groups == 0, rank < 3 || groups == 1 else {
      throw layer.wrong("groups", "a divisor of \(channels) channels")
    }
    let outputs = try layer.int("filters")
    let filter = try weight("kernel", sides + [channels / groups, outputs])
    return KerasFilters(
      steps: [(rank == 3 ? "Conv3D" : "Conv2D", image(filter))], outputs: outputs, sides: sides)
  }

  fileprivate mutating func depthwiseFilter(
    _ layer: KerasLayer, rank: Int, _ channels: Int
  ) throws(Diagnostic) -> KerasFilters {
    let sides = try layer.sizes("kernel_size", count: rank)
    let factor = try layer.int("depth_multiplier", default: 1)
    let filter = try weight("kernel", sides + [channels, factor])
    return KerasFilters(
      steps: [("DepthwiseConv2dNative", image(filter))],
      outputs: channels.multipliedReportingOverflow(by: factor).partialValue, sides: sides)
  }

  fileprivate mutating func separableFilter(
    _ layer: KerasLayer, rank: Int, _ channels: Int
  ) throws(Diagnostic) -> KerasFilters {
    let first = try depthwiseFilter(layer, rank: rank, channels)
    let outputs = try layer.int("filters")
    let ones = [Int](repeating: 1, count: rank)
    let point = try weight("pointwise kernel", ones + [first.outputs, outputs])
    return KerasFilters(
      steps: first.steps + [("Conv2D", image(point))], outputs: outputs, sides: first.sides)
  }
}
