package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The quotient of two operands that broadcast as NumPy's do, clamped by the fused activation.
///
/// Inputs: float32 or int32, both alike. int32 quotients are cut towards zero, and what is divided by 0 gives
/// 0, where TFLite ends the run.
package final class Div: BuiltinOp {
  package let activation: FusedActivation

  package init(activation: FusedActivation = .none) {
    self.activation = activation
  }

  package static let entry = OpEntry(
    "div", .div, types: [.float32, .int32],
    "quotient of two operands, broadcast",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["activation"])
      return Div(activation: try FusedActivation(attributes))
    },
    read: Div.read, cast: { $0 as? Div })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [activation.attribute] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferBinary(operands, among: [.float32, .int32])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .fused(activation, with: { Div(activation: $0) }),
      window: nil,
      identity: activation == .none ? .neutralRight(1) : .never, isView: false,
      copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "TFLite's int8 kernel is undefined for small quotients")
  }
}
