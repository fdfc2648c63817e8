package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Two-dimensional convolution (cross-correlation).
///
/// Inputs: image [N,H,W,C]; filter [O,h,w,C/groups]; optional bias [O]. Output: [N,H',W',O]. The number
/// of groups is what makes the filter's depth fit the image's. int8 filters are symmetric with one
/// scale for each output channel (dimension 0) or one for all, uint8 ones have one scale and a zero point. The bias has
/// scale image x filter: int32, of an int16 image, whose filter is int8, int64. With a float32 image int8 filters make a hybrid layer,
/// whose images are quantized when it runs, with a zero point where the filter has several scales; the bias is float32.
package final class Conv2D: BuiltinOp {
  package let stride: Steps
  package let dilation: Steps
  package let padding: WindowPadding
  package let activation: FusedActivation

  package init(
    stride: Steps = .one, dilation: Steps = .one, padding: WindowPadding,
    activation: FusedActivation = .none
  ) {
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.activation = activation
  }

  package static let entry = OpEntry(
    "conv_2d", .conv2D, types: [.float32, .int8, .int16, .uint8],
    "2-D convolution, with groups and dilation; float32 takes int8 weights too",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["stride", "dilation", "padding", "activation"])
      return Conv2D(
        stride: try Steps("stride", attributes), dilation: try Steps("dilation", attributes),
        padding: try WindowPadding(attributes), activation: try FusedActivation(attributes))
    },
    read: Conv2D.read, cast: { $0 as? Conv2D })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [
      stride.attribute("stride"), dilation.attribute("dilation"), padding.attribute,
      activation.attribute,
    ]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...3)
    let image = try operands.type(0, among: [.float32, .int8, .int16, .uint8], rank: 4)
    let filter = try operands.type(1, among: weightElements(beside: image.element), rank: 4)
    guard let filterExtents = filter.shape.extents else {
      throw Diagnostic(.unknownDimension, "the filter's extents must be known")
    }
    let depth = filterExtents[3]
    if let channels = image.shape.dimensions[3].value {
      guard depth > 0, channels % depth == 0, channels > 0,
        filterExtents[0] % (channels / depth) == 0
      else {
        throw Diagnostic(
          .shapeMismatch,
          "a filter [\(filter.shape.text)] does not fit an image of \(channels) channels")
      }
    }
    try inferBias(operands, index: 2, channels: filterExtents[0], of: image.element)
    let extents = try windowedExtents(
      image.shape, padding, window: Steps(filterExtents[1], filterExtents[2]), stride: stride,
      dilation: dilation)
    return [
      TensorType(
        image.element,
        Shape([image.shape.dimensions[0]] + extents + [.known(filterExtents[0])]))
    ]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "images are channels-last"),
      clamp: .fused(activation, with: { [self] in with(padding, $0, dilation) }),
      window: WindowRule(
        extent: nil, stride: stride, dilation: dilation, padding: padding, border: .zero,
        withSamePadding: with(.same, activation, dilation),
        withDilation: { [self] in with(padding, activation, $0) }),
      identity: .never, isView: false, copies: .items(core: 3), fusion: .layer(takesBorder: true))
  }

  private func with(
    _ padding: WindowPadding, _ activation: FusedActivation, _ dilation: Steps
  ) -> Conv2D {
    Conv2D(stride: stride, dilation: dilation, padding: padding, activation: activation)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .weights(axis: 0), .bias], output: .calibrated))
  }
}

/// The types that weights may have: int8 beside int16 activations, and beside float32 too.
func weightElements(beside input: ElementType) -> [ElementType] {
  switch input {
  case .float32: [.float32, .int8]
  case .int16: [.int8]
  default: [input]
  }
}

/// Checks an optional bias: one number for each output channel, int32 beside int8 and uint8, int64 beside int16.
func inferBias(
  _ operands: Operands, index: Int, channels: Int, of element: ElementType
) throws(Diagnostic) {
  guard index < operands.count, operands.types[index] != nil else { return }
  let types: [ElementType: ElementType] = [.int8: .int32, .uint8: .int32, .int16: .int64]
  let bias = try operands.type(index, among: [types[element] ?? element])
  guard bias.shape.elementCount == channels else {
    throw Diagnostic(
      .shapeMismatch, "the bias has shape [\(bias.shape.text)] for \(channels) output channels")
  }
}
