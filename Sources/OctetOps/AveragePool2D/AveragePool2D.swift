package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The mean element of each window of an image.
///
/// Input: [N,H,W,C], float32 or int8. Output: [N,H',W',C] with the input's scale. The mean counts only the elements inside the image; in int8 it
/// is rounded half away from zero.
package final class AveragePool2D: BuiltinOp {
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
    "average_pool_2d", .averagePool2D, types: [.float32, .int8],
    "mean of a sliding window",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["filter", "stride", "padding", "activation"])
      return AveragePool2D(
        filter: try Steps("filter", attributes), stride: try Steps("stride", attributes),
        padding: try WindowPadding(attributes), activation: try FusedActivation(attributes))
    },
    read: AveragePool2D.read, cast: { $0 as? AveragePool2D })

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
      window: nil, identity: .never, isView: false)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .likeInput)) }
}
