package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Of two operands the left where a condition holds, else the right; all three broadcast as NumPy's do.
///
/// Inputs: the condition, bool; two operands of float32, int8, int16 or int32, both alike. Shapes that are unlike
/// have at most five dimensions. Quantized operands and the result share one scale.
package final class SelectV2: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "select_v2", .selectV2, types: [.float32, .int8, .int16, .int32, .bool],
    "one of two operands by a condition, broadcast",
    make: { SelectV2() }, cast: { $0 as? SelectV2 })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...3)
    let condition = try operands.type(0, among: [.bool])
    let left = try operands.type(1, among: [.float32, .int8, .int16, .int32])
    let right = try operands.type(2, among: [left.element])
    let operand = try broadcastShape(left.shape, right.shape)
    let shape = try broadcastShape(condition.shape, operand)
    guard shape.rank <= 5 || condition.shape == shape && left.shape == right.shape else {
      throw tooWide(shape, 5)
    }
    return [TensorType(left.element, shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self),
      clamp: .none(because: "TFLite's SelectV2 has no fused activation"), window: nil,
      identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .unified, data: 1)) }
}
