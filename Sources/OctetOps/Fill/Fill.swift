package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// One element, again and again.
///
/// Inputs: the result's shape, an int32 or int64 constant [rank]; the element, of any type with elements of whole bytes,
/// without dimensions.
package final class Fill: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "fill", .fill, types: [.float32, .int8, .int16, .int32, .int64, .bool],
    "one element, again and again",
    notImported: "BROADCAST_TO stands for it",
    make: { Fill() }, cast: { $0 as? Fill })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let value = try operands.movable(1)
    guard value.shape.rank == 0 else {
      throw Diagnostic(
        .shapeMismatch, "the element has shape [\(value.shape.text)], not no dimensions")
    }
    let extents = try operands.constantWholeNumbers(0)
    guard extents.allSatisfy({ $0 >= 0 }) else {
      throw Diagnostic(
        .invalidAttribute, "a shape with a negative extent, [\(Shape(extents).text)]")
    }
    return [TensorType(value.element, Shape(extents))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its shape is a constant in the order of its dimensions"),
      clamp: .none(because: "TFLite's Fill has no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .none(because: "its shape is one for all"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "what it repeats is a constant, which importers fold")
  }
}
