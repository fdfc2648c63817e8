package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Repeats a tensor to a shape as NumPy does: aligned at the end, an extent of 1 repeats.
///
/// Inputs: any type with elements of whole bytes, at most 8 dimensions; the shape as an int32 or int64 constant.
package final class BroadcastTo: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "broadcast_to", .broadcastTo, types: [.float32, .int8, .int32],
    "repeats a tensor to a shape",
    make: { BroadcastTo() }, cast: { $0 as? BroadcastTo })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.movable(0)
    let extents = try operands.constantWholeNumbers(1)
    guard extents.count <= 8, extents.allSatisfy({ (1..<1 << 31).contains($0) }) else {
      throw Diagnostic(
        .invalidAttribute, "a tensor repeats to at most 8 positive extents of less than 2^31")
    }
    let shape = Shape(extents)
    guard try broadcastShape(input.shape, shape) == shape else {
      throw Diagnostic(
        .shapeMismatch, "shape [\(input.shape.text)] does not repeat to [\(shape.text)]")
    }
    return [TensorType(input.element, shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its shape is a constant in the order of its dimensions"),
      clamp: .none(because: "TFLite's BroadcastTo has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .dimensions([.init([.aligned, .row([nil])]) { _ in BroadcastTo() }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
