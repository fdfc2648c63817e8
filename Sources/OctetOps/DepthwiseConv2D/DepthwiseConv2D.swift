package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A convolution of each channel on its own.
///
/// Inputs: image [N,H,W,C]; filter [1,h,w,C x multiplier]; optional bias [C x multiplier]. Output channel
/// `c x multiplier + m` is filter m of channel c. int8 filters, of int8 and int16 images, are symmetric
/// with one scale for each output channel (dimension 3) or one for all. With a float32 image they make a hybrid layer,
/// whose images are quantized with a zero point when it runs; the bias is float32.
package final class DepthwiseConv2D: BuiltinOp {
  package let stride: Steps
  package let dilation: Steps
  package let depthMultiplier: Int
  package let padding: WindowPadding
  package let activation: FusedActivation

  package init(
    stride: Steps = .one, dilation: Steps = .one, depthMultiplier: Int, padding: WindowPadding,
    activation: FusedActivation = .none
  ) {
    self.stride = stride
    self.dilation = dilation
    self.depthMultiplier = depthMultiplier
    self.padding = padding
    self.activation = activation
  }

  package static let entry = OpEntry(
    "depthwise_conv_2d", .depthwiseConv2D, types: [.float32, .int8, .int16, .uint8],
    "2-D convolution of each channel on its own; float32 takes int8 weights too",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["stride", "dilation", "depth_multiplier", "padding", "activation"])
      return DepthwiseConv2D(
        stride: try Steps("stride", attributes), dilation: try Steps("dilation", attributes),
        depthMultiplier: try attributes.int("depth_multiplier"),
        padding: try WindowPadding(attributes), activation: try FusedActivation(attributes))
    },
    read: DepthwiseConv2D.read, cast: { $0 as? DepthwiseConv2D })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [
      stride.attribute("stride"), dilation.attribute("dilation"),
      Attribute("depth_multiplier", .int(depthMultiplier)), padding.attribute,
      activation.attribute,
    ]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...3)
    let image = try operands.type(0, among: [.float32, .int8, .int16, .uint8], rank: 4)
    let filter = try operands.type(1, among: weightElements(beside: image.element), rank: 4)
    guard let extents = filter.shape.extents else {
      throw Diagnostic(.unknownDimension, "the filter's extents must be known")
    }
    let channels = image.shape.dimensions[3]
    guard extents[0] == 1, (1...1 << 30).contains(depthMultiplier),
      extents[3] % depthMultiplier == 0,
      channels.value ?? extents[3] / depthMultiplier == extents[3] / depthMultiplier
    else {
      throw Diagnostic(
        .shapeMismatch,
        "a filter [\(filter.shape.text)] with depth multiplier \(depthMultiplier) does not fit "
          + "\(channels.text) channels")
    }
    try inferBias(operands, index: 2, channels: extents[3], of: image.element)
    let size = try windowedExtents(
      image.shape, padding, window: Steps(extents[1], extents[2]), stride: stride,
      dilation: dilation)
    return [
      TensorType(
        image.element, Shape([image.shape.dimensions[0]] + size + [.known(extents[3])]))
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
  ) -> DepthwiseConv2D {
    DepthwiseConv2D(
      stride: stride, dilation: dilation, depthMultiplier: depthMultiplier, padding: padding,
      activation: activation)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .weights(axis: 3), .bias], output: .calibrated))
  }
}
