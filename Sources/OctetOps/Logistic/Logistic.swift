package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// `1 / (1 + exp(-x))`, element by element.
///
/// Input: float32, int8, int16 or uint8 of any shape. Output: the same shape; int8 has scale 1/256 and zero
/// point -128, uint8 0, int16 scale 1/32768.
package final class Logistic: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "logistic", .logistic, types: [.float32, .int8, .int16, .uint8],
    "1 / (1 + exp(-x))",
    make: { Logistic() }, cast: { $0 as? Logistic })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: [.float32, .int8, .int16, .uint8])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self),
      clamp: .none(because: "TFLite's Logistic has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .fixed(scale: 1 / 256, zeroPoint: -128)))
  }
}
