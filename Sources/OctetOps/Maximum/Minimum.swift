package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The smaller of two operands, element by element; they broadcast as NumPy's do.
///
/// Inputs: float32, int8, int16, uint8, int32 or int64, both alike; quantized operands and the result share one scale.
package final class Minimum: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "minimum", .minimum, types: Maximum.types,
    "smaller of two operands, broadcast",
    make: { Minimum() }, cast: { $0 as? Minimum })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferBinary(operands, among: Maximum.types)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's Minimum has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .unified)) }
}
