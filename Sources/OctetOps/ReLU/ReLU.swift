package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// `max(x, 0)`, element by element.
///
/// Input: float32, int8, int16 or uint8 of any shape. Output: the same shape; codes may have another scale.
package final class ReLU: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "relu", .relu, types: [.float32, .int8, .int16, .uint8],
    "max(x, 0)",
    make: { ReLU() }, cast: { $0 as? ReLU })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: [.float32, .int8, .int16, .uint8])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's ReLU has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .calibrated, negativeGain: 0))
  }
}
