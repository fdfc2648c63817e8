package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The difference of two operands that broadcast as NumPy's do, clamped by the fused activation.
///
/// Inputs: float32, int8, int16, uint8, int32 or int64, both alike; operands of codes and the result may each have
/// their own scale, whole differences wrap.
package final class Sub: BuiltinOp {
  package let activation: FusedActivation

  package init(activation: FusedActivation = .none) {
    self.activation = activation
  }

  package static let entry = OpEntry(
    "sub", .sub, types: [.float32, .int8, .int16, .uint8, .int32, .int64],
    "difference of two operands, broadcast",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["activation"])
      return Sub(activation: try FusedActivation(attributes))
    },
    read: Sub.read, cast: { $0 as? Sub })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [activation.attribute] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferBinary(operands, among: [.float32, .int8, .int16, .uint8, .int32, .int64])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .fused(activation, with: { Sub(activation: $0) }),
      window: nil,
      identity: activation == .none ? .neutralRight(0) : .never, isView: false,
      copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .calibrated)) }
}
