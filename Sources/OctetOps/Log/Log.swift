package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The natural logarithm, element by element.
///
/// Input: float32 or int8 of any shape. Output: the same shape; int8 may have another scale, and what is
/// not positive gives its lowest code.
package final class Log: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "log", .log, types: [.float32, .int8],
    "natural logarithm",
    make: { Log() }, cast: { $0 as? Log })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's Log has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .calibrated))
  }
}
