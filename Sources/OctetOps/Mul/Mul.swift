package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The product of two operands that broadcast as NumPy's do, clamped by the fused activation.
///
/// Inputs: float32, int8, int16, uint8, int32 or int64, both alike; operands of codes and the result may each have
/// their own scale, whole products wrap.
package final class Mul: BuiltinOp {
  package let activation: FusedActivation

  package init(activation: FusedActivation = .none) {
    self.activation = activation
  }

  package static let entry = OpEntry(
    "mul", .mul, types: [.float32, .int8, .int16, .uint8, .int32, .int64],
    "product of two operands, broadcast",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["activation"])
      return Mul(activation: try FusedActivation(attributes))
    },
    read: Mul.read, cast: { $0 as? Mul })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [activation.attribute] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferBinary(operands, among: [.float32, .int8, .int16, .uint8, .int32, .int64])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .fused(activation, with: { Mul(activation: $0) }),
      window: nil,
      identity: activation == .none ? .neutral(1) : .never, isView: false,
      copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .calibrated)) }
}
