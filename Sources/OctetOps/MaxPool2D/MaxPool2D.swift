package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The largest element of each window of an image.
///
/// Input: [N,H,W,C], float32 or int8. Output: [N,H',W',C] with the input's scale.
package final class MaxPool2D: BuiltinOp {
  package let filter: Steps
  package let stride: Steps
  package let padding: WindowPadding
  package let activation: FusedActivation

  package init(
    filter: Steps, stride: Steps, padding: WindowPadding, activation: FusedActivation = .none
  ) {
    self.filter = filter
    self.stride = stride
    self.padding = padding
    self.activation = activation
  }

  package static let entry = OpEntry(
    "max_pool_2d", .maxPool2D, types: [.float32, .int8],
    "largest element of a sliding window",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["filter", "stride", "padding", "activation"])
      return MaxPool2D(
        filter: try Steps("filter", attributes), stride: try Steps("stride", attributes),
        padding: try WindowPadding(attributes), activation: try FusedActivation(attributes))
    },
    read: MaxPool2D.read, cast: { $0 as? MaxPool2D })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [
      filter.attribute("filter"), stride.attribute("stride"), padding.attribute,
      activation.attribute,
    ]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferPool(operands, padding, filter, stride)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "images are channels-last"),
      clamp: .none(
        because: "its int8 result has the input's scale, whose codes below 0 would be idle"),
      window: WindowRule(
        extent: filter, stride: stride, dilation: .one, padding: padding, border: .lowest,
        withSamePadding: MaxPool2D(
          filter: filter, stride: stride, padding: .same, activation: activation)),
      identity: .never, isView: false)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .likeInput)) }
}
