package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// `min(max(x, 0), 6)`, element by element.
///
/// Input: float32, int8, int16 or uint8 of any shape. Output: the same shape; codes may have another scale.
package final class ReLU6: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "relu6", .relu6, types: [.float32, .int8, .int16, .uint8],
    "min(max(x, 0), 6)",
    make: { ReLU6() }, cast: { $0 as? ReLU6 })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: [.float32, .int8, .int16, .uint8])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's ReLU6 has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .calibrated, negativeGain: 0))
  }
}
