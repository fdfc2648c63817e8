package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The mean element of each window of an image.
///
/// Input: [N,H,W,C], float32, int8 or int16. Output: [N,H',W',C] with the input's scale. The mean counts only the elements inside the image; as a code it
/// is rounded half away from zero.
package final class AveragePool2D: BuiltinOp {
  package let settings: PoolSettings

  package init(_ settings: PoolSettings) {
    self.settings = settings
  }

  package convenience init(filter: Steps, stride: Steps, padding: WindowPadding) {
    self.init(PoolSettings(filter: filter, stride: stride, padding: padding))
  }

  package static let entry = OpEntry(
    "average_pool_2d", .averagePool2D, types: [.float32, .int8, .int16, .uint8],
    "mean of a sliding window",
    parse: { attributes throws(Diagnostic) in AveragePool2D(try PoolSettings(attributes)) },
    read: AveragePool2D.read, cast: { $0 as? AveragePool2D })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { settings.attributes }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try settings.infer(operands)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "images are channels-last"),
      clamp: .none(
        because: "its int8 result has the input's scale, whose codes below 0 would be idle"),
      window: nil, identity: .never, isView: false, copies: .items(core: 3), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .likeInput)) }
}
