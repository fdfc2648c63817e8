package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Adds elements of a given value around a tensor.
///
/// Inputs: float32, int8 or int16; the numbers before and after each dimension as an int32 constant [rank,2];
/// the value, one element of the input's type (and scale).
package final class PadV2: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "padv2", .padv2, types: [.float32, .int8, .int16, .uint8],
    "adds a given value around a tensor",
    make: { PadV2() }, cast: { $0 as? PadV2 })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...3)
    let result = try inferPad(operands)
    let value = try operands.type(2, among: [result[0].element])
    guard value.shape.elementCount == 1 else {
      throw Diagnostic(.shapeMismatch, "the padding value has shape [\(value.shape.text)]")
    }
    return result
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .reorders(inputs: [.operand, .rowPerDimension, .other], op: { _ in PadV2() }),
      clamp: .none(because: "TFLite's PadV2 has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .dimensions([.init([.operand, .row([0, 0]), .same]) { _ in PadV2() }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index, .activation], output: .likeInput))
  }
}
