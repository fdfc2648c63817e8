package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The largest element of each window of an image.
///
/// Input: [N,H,W,C], float32, int8 or int16. Output: [N,H',W',C] with the input's scale.
package final class MaxPool2D: BuiltinOp {
  package let settings: PoolSettings

  package init(_ settings: PoolSettings) {
    self.settings = settings
  }

  package convenience init(filter: Steps, stride: Steps, padding: WindowPadding) {
    self.init(PoolSettings(filter: filter, stride: stride, padding: padding))
  }

  package static let entry = OpEntry(
    "max_pool_2d", .maxPool2D, types: [.float32, .int8, .int16, .uint8],
    "largest element of a sliding window",
    parse: { attributes throws(Diagnostic) in MaxPool2D(try PoolSettings(attributes)) },
    read: MaxPool2D.read, cast: { $0 as? MaxPool2D })

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
      window: WindowRule(
        extent: settings.filter, stride: settings.stride, dilation: .one,
        padding: settings.padding, border: .lowest,
        withSamePadding: MaxPool2D(
          PoolSettings(
            filter: settings.filter, stride: settings.stride, padding: .same,
            activation: settings.activation))),
      identity: .never, isView: false, copies: .items(core: 3), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .likeInput)) }
}
