package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Three-dimensional convolution (cross-correlation).
///
/// Inputs: float32 volume [N,D,H,W,C]; filter [d,h,w,C,O]; optional bias [O]. Output: [N,D',H',W',O]. Strides and
/// dilations are those of depth, height and width.
package final class Conv3D: BuiltinOp {
  package let stride: [Int]
  package let dilation: [Int]
  package let padding: WindowPadding
  package let activation: FusedActivation

  /// - Precondition: `stride` and `dilation` have three numbers.
  package init(
    stride: [Int] = [1, 1, 1], dilation: [Int] = [1, 1, 1], padding: WindowPadding,
    activation: FusedActivation = .none
  ) {
    precondition(stride.count == 3 && dilation.count == 3, "a volume has three dimensions")
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.activation = activation
  }

  package static let entry = OpEntry(
    "conv_3d", .conv3D, types: [.float32],
    "3-D convolution, with dilation",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["stride", "dilation", "padding", "activation"])
      return Conv3D(
        stride: try attributes.ints("stride", count: 3, default: [1, 1, 1]),
        dilation: try attributes.ints("dilation", count: 3, default: [1, 1, 1]),
        padding: try WindowPadding(attributes), activation: try FusedActivation(attributes))
    },
    read: Conv3D.read, cast: { $0 as? Conv3D })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [
      Attribute("stride", .ints(stride)), Attribute("dilation", .ints(dilation)),
      padding.attribute, activation.attribute,
    ]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...3)
    let volume = try operands.type(0, among: [.float32], rank: 5)
    let filter = try operands.type(1, among: [.float32], rank: 5)
    guard let extents = filter.shape.extents else {
      throw Diagnostic(.unknownDimension, "the filter's extents must be known")
    }
    let channels = volume.shape.dimensions[4]
    guard channels.value ?? extents[3] == extents[3] else {
      throw Diagnostic(
        .shapeMismatch,
        "a filter [\(filter.shape.text)] does not fit a volume of \(channels.text) channels")
    }
    try inferBias(operands, index: 2, channels: extents[4], of: .float32)
    var dimensions = [volume.shape.dimensions[0]]
    for axis in 0..<3 {
      dimensions.append(
        try windowedExtent(
          volume.shape.dimensions[axis + 1], padding, window: extents[axis], stride: stride[axis],
          dilation: dilation[axis]))
    }
    return [TensorType(.float32, Shape(dimensions + [.known(extents[4])]))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "volumes are channels-last"),
      clamp: .fused(
        activation,
        with: { [self] in
          Conv3D(stride: stride, dilation: dilation, padding: padding, activation: $0)
        }),
      window: nil, identity: .never, isView: false, copies: .items(core: 4), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "TFLite has no int8 kernel for it")
  }
}
