package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The transpose of a two-dimensional convolution: each pixel of the image adds the filter, times its
/// value, to the result, `stride` apart.
///
/// Inputs: the result's shape, an int32 constant [4]; filter [O,h,w,C]; image [N,H,W,C]; optional bias
/// [O]. Output: [N,H',W',O]. The padding is the one that a convolution of the result with this filter
/// and stride would have; what falls outside the result is dropped. int8 filters are symmetric with one
/// scale for each output channel (dimension 0) or one for all; The bias has scale image x
/// filter: int32, of an int16 image int64.
package final class TransposeConv: BuiltinOp {
  package let stride: Steps
  package let padding: WindowPadding
  package let activation: FusedActivation

  package init(stride: Steps, padding: WindowPadding, activation: FusedActivation = .none) {
    self.stride = stride
    self.padding = padding
    self.activation = activation
  }

  package static let entry = OpEntry(
    "transpose_conv", .transposeConv, types: [.float32, .int8, .int16],
    "transposed 2-D convolution",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["stride", "padding", "activation"])
      return TransposeConv(
        stride: try Steps("stride", attributes), padding: try WindowPadding(attributes),
        activation: try FusedActivation(attributes))
    },
    read: TransposeConv.read, cast: { $0 as? TransposeConv })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [stride.attribute("stride"), padding.attribute, activation.attribute]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...4)
    let shape = try operands.constantInts(0)
    let image = try operands.type(2, among: [.float32, .int8, .int16], rank: 4)
    // There is no hybrid form.
    let elements = image.element == .float32 ? [.float32] : weightElements(beside: image.element)
    let filter = try operands.type(1, among: elements, rank: 4)
    guard let extents = filter.shape.extents else {
      throw Diagnostic(.unknownDimension, "the filter's extents must be known")
    }
    let (batch, channels) = (image.shape.dimensions[0], image.shape.dimensions[3])
    guard channels.value ?? extents[3] == extents[3] else {
      throw Diagnostic(
        .shapeMismatch,
        "a filter [\(filter.shape.text)] does not fit an image of \(channels.text) channels")
    }
    guard shape.count == 4, shape.allSatisfy({ $0 > 0 }), shape[3] == extents[0],
      batch.value ?? shape[0] == shape[0]
    else {
      throw Diagnostic(
        .shapeMismatch,
        "a result [\(Shape(shape).text)] does not fit an image [\(image.shape.text)] and a filter "
          + "[\(filter.shape.text)]")
    }
    try inferBias(operands, index: 3, channels: extents[0], of: image.element)
    // The convolution that this is the transpose of must exist.
    _ = try windowedExtents(
      Shape(shape), padding, window: Steps(extents[1], extents[2]), stride: stride)
    return [TensorType(image.element, Shape(shape))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "images are channels-last"),
      clamp: .fused(
        activation,
        with: { [self] in TransposeConv(stride: stride, padding: padding, activation: $0) }),
      window: nil, identity: .never, isView: false,
      copies: .dimensions([
        .init([.row([nil]), .same, .operand, .same]) { [self] _ in self }
      ]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(
      Int8Rule(
        inputs: [.index, .weights(axis: 0), .activation, .bias], output: .calibrated, data: 2))
  }
}
