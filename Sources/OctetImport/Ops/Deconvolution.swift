import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Transposed convolution.
  static let deconvolution = OpMapping(
    caffe: [
      // Source: ConvolutionParameter of caffe.proto, deconv_layer.cpp.
      "Deconvolution": CaffeMapping(
        makes: ["transpose_conv", "slice", "transpose"],
        fields: CaffeConvolution.fields, bottoms: 1...Int.max, needsWeights: { _ in true }
      ) { node, builder throws(Diagnostic) in
        let layer = try CaffeConvolution(node, "deconvolution", &builder)
        guard layer.window.dilation == .one else {
          throw Diagnostic(
            .unsupportedParameter, "a deconvolution with dilation has no TFLite form",
            notes: ["TRANSPOSE_CONV knows only the dilation 1"],
            help: "train the layer without dilation, with a larger kernel")
        }
        let (window, outputs) = (layer.window, layer.outputs)
        let rows = try Span(
          layer.extents[2], window.kernel.height, window.stride.height, window.pad.height)
        let columns = try Span(
          layer.extents[3], window.kernel.width, window.stride.width, window.pad.width)
        let filter = builder.constant("weights", try deconvolutionWeights(layer, &builder))
        let bias = try layer.bias(&builder)
        let result = try builder.channelsLast(layer.input) { image, builder throws(Diagnostic) in
          let isSame = rows.isSame && columns.isSame
          let whole = [
            layer.extents[0], isSame ? rows.cropped : rows.whole,
            isSame ? columns.cropped : columns.whole, outputs,
          ]
          let shape = builder.constant(
            "shape", Tensor([4], int32: whole.map { Int32($0) }))
          let sums = try builder.add(
            TransposeConv(stride: window.stride, padding: isSame ? .same : .valid),
            [shape, filter, image, bias])
          return try builder.slice(
            sums, begin: isSame ? [0, 0, 0, 0] : [0, window.pad.height, window.pad.width, 0],
            size: [layer.extents[0], rows.cropped, columns.cropped, outputs])
        }
        return [result]
      }
    ],
    tensorFlow: [
      // The shape of the result, the filter [h,w,O,I], and the image.
      "Conv2DBackpropInput": TensorFlowMapping(makes: ["transpose_conv", "transpose"]) {
        node, builder throws(Diagnostic) in
        let shape = try node.integers(0, "shape of the result")
        let filter = try builder.filter(node, Permutation([2, 0, 1, 3])) { extents in extents }
        let image = try builder.image(node, 2)
        let (padding, rows, columns) = try node.padding()
        guard try node.steps("dilations") == .one, rows == (0, 0), columns == (0, 0) else {
          throw Diagnostic(
            .unsupportedParameter,
            "a transposed convolution with dilation or its own padding has no TFLite form",
            help: "train the layer with the padding same or valid, and without dilation")
        }
        let order =
          try node.isChannelsFirst() ? Permutation.toChannelsLast : Permutation([0, 1, 2, 3])
        guard shape.count == 4, shape.allSatisfy({ (1..<1 << 31).contains($0) }) else {
          throw Diagnostic(
            .unsupportedParameter, "the shape \(shape) is not that of an image")
        }
        let result = order.apply(shape)
        let stride = try node.steps("strides")
        let sides = try builder.extents(filter)
        return [
          try builder.windowed(node, image) { image, builder throws(Diagnostic) in
            let given = try builder.extents(image)
            let fits = [(1, stride.height), (2, stride.width)].allSatisfy { axis, stride in
              padding.span(input: result[axis], window: sides[axis], stride: stride)?.output
                == given[axis]
            }
            guard fits else {
              throw Diagnostic(
                .shapeMismatch, "an image of shape \(given) cannot become one of shape \(result)")
            }
            let shape = builder.constant("shape", Tensor([4], int32: result.map { Int32($0) }))
            return try builder.add(
              TransposeConv(stride: stride, padding: padding), [shape, filter, image, nil])
          }
        ]
      }
    ])
}

/// One direction of a deconvolution.
private struct Span {
  /// What all places of the kernel cover, and that without the padding on both sides.
  let whole: Int
  let cropped: Int
  /// True when TFLite's padding `same` crops alike.
  let isSame: Bool

  init(_ extent: Int, _ kernel: Int, _ stride: Int, _ pad: Int) throws(Diagnostic) {
    whole = (extent - 1) * stride + kernel
    cropped = whole - 2 * pad
    guard cropped > 0, whole < 1 << 31 else {
      throw Diagnostic(
        .shapeMismatch,
        "a deconvolution with kernel \(kernel), stride \(stride) and padding \(pad) makes "
          + "\(cropped) of \(extent) pixels")
    }
    let same = WindowPadding.same.span(input: cropped, window: kernel, stride: stride)
    isSame = same?.output == extent && same?.before == pad
  }
}

/// Caffe's [I,O/groups,h,w] as [O,h,w,I]. TFLite's operator has no groups: its weights between channels
/// of unlike groups are zeros.
private func deconvolutionWeights(
  _ layer: CaffeConvolution, _ builder: inout GraphBuilder
) throws(Diagnostic) -> Tensor {
  let (inputs, outputs, groups) = (layer.channels, layer.outputs, layer.groups)
  let (height, width) = (layer.window.kernel.height, layer.window.kernel.width)
  let stored = [inputs, outputs / groups, height, width]
  if groups == 1 {
    return try builder.weights(0, stored, "filter weights", order: Permutation([1, 2, 3, 0]))
  }
  let dense = [outputs, height, width, inputs]
  guard let count = Shape.elementCount(dense), count <= 1 << 24 else {
    throw Diagnostic(
      .tensorTooLarge,
      "\(groups) groups of a deconvolution become one with weights of shape \(dense), which are too "
        + "large",
      notes: ["TRANSPOSE_CONV has no groups; Octet puts up to 2^24 weights between all channels"],
      help: "cut the net before it with --outputs")
  }
  let weights = try builder.weights(0, stored, "filter weights")
  guard builder.hasWeights else {
    return Tensor(TensorType(.float32, dense), try Storage.zeros(byteCount: 4 * count))
  }
  let values = weights.storage.array(of: Float.self)
  var spread = [Float](repeating: 0, count: count)
  let (inputsPerGroup, outputsPerGroup, area) = (inputs / groups, outputs / groups, height * width)
  for (index, value) in values.enumerated() {
    let (place, pair) = (index % area, index / area)
    let (input, output) = (pair / outputsPerGroup, pair % outputsPerGroup)
    let channel = input / inputsPerGroup * outputsPerGroup + output
    spread[(channel * area + place) * inputs + input] = value
  }
  return Tensor(dense, spread)
}
