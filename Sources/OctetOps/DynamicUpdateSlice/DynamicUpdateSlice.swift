package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A tensor in which a box is replaced.
///
/// Inputs: any type with elements of whole bytes; what takes the box's place, of the same type and rank and nowhere larger;
/// where the box begins, int32 or int64 [rank]. A box that would reach beyond the tensor is moved inside. Output: as the
/// first input.
package final class DynamicUpdateSlice: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "dynamic_update_slice", .dynamicUpdateSlice, types: [.float32, .int8, .int32, .int64],
    "a tensor in which a box is replaced",
    notImported: "made for lists of tensors in loops that stay loops",
    make: { DynamicUpdateSlice() }, cast: { $0 as? DynamicUpdateSlice })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...3)
    let whole = try operands.movable(0)
    let update = try operands.type(1, among: [whole.element], rank: whole.shape.rank)
    let start = try operands.type(2, among: [.int32, .int64], rank: 1)
    for (box, extent) in zip(update.shape.dimensions, whole.shape.dimensions) {
      if let box = box.value, let extent = extent.value, box > extent {
        throw Diagnostic(.shapeMismatch, "\(box) elements take no place within \(extent)")
      }
    }
    if let count = start.shape.dimensions[0].value, count != whole.shape.rank {
      throw Diagnostic(
        .shapeMismatch, "\(count) places are given for \(whole.shape.rank) dimensions")
    }
    return [TensorType(whole.element, whole.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "where the box begins is in the order of the dimensions"),
      clamp: .none(because: "TFLite's DynamicUpdateSlice has no fused activation"), window: nil,
      identity: .never, isView: false, updatesInPlace: true,
      copies: .none(because: "each box begins at a place of its own"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .activation, .index], output: .unified))
  }
}
