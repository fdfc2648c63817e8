import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasMapping {
  static let convolutions: [String: KerasMapping] = [
    "Dense": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      guard let depth = extents.last, extents.count > 1 else {
        throw Diagnostic(.shapeMismatch, "a Dense layer reads the shape \(extents)")
      }
      let units = try layer.int("units")
      let kernel = try builder.weight("kernel", [depth, units])
      let bias = try builder.bias(layer, units)
      let flat =
        extents.count == 2
        ? input : try builder.reshape(input, [extents.dropLast().reduce(1, *), depth])
      var result = try builder.apply("MatMul", [flat, .constant(kernel)])
      if let bias { result = try builder.apply("BiasAdd", [result, bias]) }
      if extents.count != 2 { result = try builder.reshape(result, extents.dropLast() + [units]) }
      return try builder.activate(result, layer.config["activation"])
    },
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
    "Conv2DTranspose": one { layer, input, builder throws(Diagnostic) in
      try builder.transposedConvolution(layer, input)
    },
  ]

  /// A convolution over `rank` dimensions; one over one dimension is one over images of one row.
  private static func convolution(
    rank: Int,
    _ filters:
      @escaping @Sendable (KerasLayer, Int, inout KerasBuilder) throws(Diagnostic) -> KerasFilters
  ) -> KerasMapping {
    one { layer, input, builder throws(Diagnostic) in
      let isFirst = try layer.isChannelsFirst()
      let extents = try builder.extents(input)
      guard extents.count == rank + 2 else {
        throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
      }
      let filters = try filters(layer, extents[isFirst ? 1 : rank + 1], &builder)
      let bias = try builder.bias(layer, filters.outputs)
      let strides = try layer.sizes("strides", count: rank, default: 1)
      let dilations = try layer.sizes("dilation_rate", count: rank, default: 1)
      var image = input
      if rank == 1 {
        image = try builder.reshape(
          input,
          isFirst ? [extents[0], extents[1], 1, extents[2]] : [extents[0], 1] + extents[1...])
      }
      var padding = try layer.text("padding", default: "valid").uppercased()
      if padding == "CAUSAL" {
        guard rank == 1, let size = filters.sides.last else {
          throw layer.wrong("padding", "same or valid")
        }
        let before = dilations[0] * (size - 1)
        let borders = [0, 0, 0, 0, isFirst ? 0 : before, 0, isFirst ? before : 0, 0]
        let constant = TensorFlowValue.constant(
          Tensor([4, 2], int32: borders.map { Int32(clamping: $0) }))
        image = try builder.apply("Pad", [image, constant])
        padding = "VALID"
      }
      func spread(_ sizes: [Int]) -> TFAttrValue {
        let both = rank == 1 ? [sizes[0], sizes[0]] : sizes
        return .ints(isFirst ? [1, 1] + both : [1] + both + [1])
      }
      func spreadDilation(_ sizes: [Int]) -> TFAttrValue {
        let both = rank == 1 ? [1, sizes[0]] : sizes
        return .ints(isFirst ? [1, 1] + both : [1] + both + [1])
      }
      let format = TFAttrValue.text(isFirst ? "NCHW" : "NHWC")
      var result = image
      for (index, step) in filters.steps.enumerated() {
        result = try builder.apply(
          step.op, [result, .constant(step.filter)],
          [
            "strides": index == 0 ? spread(strides) : .ints([1, 1, 1, 1]),
            "dilations": index == 0 ? spreadDilation(dilations) : .ints([1, 1, 1, 1]),
            "padding": .text(index == 0 ? padding : "VALID"), "data_format": format,
          ])
      }
      if let bias {
        result = try builder.apply("BiasAdd", [result, bias], ["data_format": format])
      }
      if rank == 1 {
        var own = try builder.extents(result)
        own.remove(at: isFirst ? 2 : 1)
        result = try builder.reshape(result, own)
      }
      return try builder.activate(result, layer.config["activation"])
    }
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
  private func image(_ filter: Tensor) -> Tensor {
    filter.extents.count == 4
      ? filter : Tensor(TensorType(.float32, [1] + filter.extents), filter.storage)
  }

  fileprivate mutating func filter(
    _ layer: KerasLayer, rank: Int, _ channels: Int
  ) throws(Diagnostic) -> KerasFilters {
    let sides = try layer.sizes("kernel_size", count: rank)
    let groups = try layer.int("groups", default: 1)
    guard groups > 0, channels % groups == 0 else {
      throw layer.wrong("groups", "a divisor of \(channels) channels")
    }
    let outputs = try layer.int("filters")
    let filter = try weight("kernel", sides + [channels / groups, outputs])
    return KerasFilters(steps: [("Conv2D", image(filter))], outputs: outputs, sides: sides)
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

  /// Source: keras's `deconv_output_length` for the extents of the result.
  fileprivate mutating func transposedConvolution(
    _ layer: KerasLayer, _ input: TensorFlowValue
  ) throws(Diagnostic) -> TensorFlowValue {
    let isFirst = try layer.isChannelsFirst()
    let extents = try extents(input)
    guard extents.count == 4 else {
      throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
    }
    let sides = try layer.sizes("kernel_size", count: 2)
    let strides = try layer.sizes("strides", count: 2, default: 1)
    let outputs = try layer.int("filters")
    guard layer.config["output_padding"] == nil,
      try layer.sizes("dilation_rate", count: 2, default: 1) == [1, 1]
    else {
      throw Diagnostic(
        .unsupportedParameter,
        "output_padding and dilation_rate of a transposed convolution "
          + "are not supported")
    }
    let channels = extents[isFirst ? 1 : 3]
    let filter = try weight("kernel", sides + [outputs, channels])
    let bias = try bias(layer, outputs)
    let padding = try layer.text("padding", default: "valid").uppercased()
    let size = [0, 1].map { axis in
      let extent = extents[axis + (isFirst ? 2 : 1)] * strides[axis]
      return padding == "SAME" ? extent : extent + max(sides[axis] - strides[axis], 0)
    }
    let format = TFAttrValue.text(isFirst ? "NCHW" : "NHWC")
    let shape = isFirst ? [extents[0], outputs] + size : [extents[0]] + size + [outputs]
    var result = try apply(
      "Conv2DBackpropInput", [try ints(shape), .constant(filter), input],
      [
        "strides": .ints(isFirst ? [1, 1] + strides : [1] + strides + [1]),
        "padding": .text(padding), "data_format": format,
      ])
    if let bias { result = try apply("BiasAdd", [result, bias], ["data_format": format]) }
    return try activate(result, layer.config["activation"])
  }
}
