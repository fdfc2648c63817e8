package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// `x * min(max(x + 3, 0), 6) / 6`, element by element.
///
/// Input: float32, int8 or uint8 of any shape. Output: the same shape; codes may have another scale, above 1/128 of
/// the input's.
package final class HardSwish: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "hard_swish", .hardSwish, types: [.float32, .int8, .uint8],
    "x * min(max(x + 3, 0), 6) / 6",
    make: { HardSwish() }, cast: { $0 as? HardSwish })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: [.float32, .int8, .uint8])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self),
      clamp: .none(because: "TFLite's HardSwish has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .calibrated, finestOutput: 0x1p-6))
  }
}
