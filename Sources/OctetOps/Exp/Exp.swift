package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// e to the power of x, element by element.
///
/// Input: float32 or int8 of any shape. Output: the same shape; int8 may have another scale.
package final class Exp: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "exp", .exp, types: [.float32, .int8],
    "e to the power of x",
    make: { Exp() }, cast: { $0 as? Exp })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's Exp has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .calibrated))
  }
}
