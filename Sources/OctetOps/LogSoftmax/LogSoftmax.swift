package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The natural logarithm of the softmax along the last dimension. Input: float32, int8 or uint8. Output: the same shape;
/// codes have scale 1/16 and the largest one for 0.
package final class LogSoftmax: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "log_softmax", .logSoftmax, types: [.float32, .int8, .uint8],
    "logarithm of the softmax along the last dimension",
    make: { LogSoftmax() }, cast: { $0 as? LogSoftmax })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let types = try inferUnary(operands, among: [.float32, .int8, .uint8])
    guard types[0].shape.rank > 0 else {
      throw Diagnostic(.shapeMismatch, "a softmax needs at least one dimension")
    }
    return types
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "it runs along the last dimension"),
      clamp: .none(because: "TFLite's LogSoftmax has no fused activation"), window: nil,
      identity: .never, isView: false, copies: .items(core: 1), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "its int8 form has nothing below -16")
  }
}
