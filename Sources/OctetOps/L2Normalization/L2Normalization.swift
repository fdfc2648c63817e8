package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Each vector of the last dimension divided by its length, or by 1e-6 where that is less.
///
/// Input: float32, int8 or uint8 of one dimension at least. Output: the same shape; codes have scale 1/128, around 0 or
/// 128.
package final class L2Normalization: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "l2_normalization", .l2Normalization, types: [.float32, .int8, .uint8],
    "vectors divided by their length",
    notImported: "importers make it of its parts",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow([])
      return L2Normalization()
    },
    read: L2Normalization.read, cast: { $0 as? L2Normalization })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let types = try inferUnary(operands, among: [.float32, .int8, .uint8])
    guard types[0].shape.rank > 0 else {
      throw Diagnostic(.shapeMismatch, "a number without dimensions is no vector")
    }
    return types
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its vectors are the last dimension"),
      clamp: .none(because: "TFLite's kernel takes no fused activation"), window: nil,
      identity: .never, isView: false, copies: .items(core: 1), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .fixed(scale: 0x1p-7, zeroPoint: 0)))
  }
}
