package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The hyperbolic tangent, element by element.
///
/// Input: float32, int8, int16 or uint8 of any shape. Output: the same shape; int8 has scale 1/128 and zero
/// point 0, uint8 zero point 128, int16 scale 1/32768.
package final class Tanh: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "tanh", .tanh, types: [.float32, .int8, .int16, .uint8],
    "hyperbolic tangent",
    make: { Tanh() }, cast: { $0 as? Tanh })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: [.float32, .int8, .int16, .uint8])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's Tanh has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .fixed(scale: 1 / 128, zeroPoint: 0)))
  }
}
