package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Repeats a tensor as a whole along each dimension.
///
/// Inputs: any type with elements of whole bytes; the number of times for each dimension as an int32 or int64
/// constant [rank].
package final class Tile: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "tile", .tile, types: [.float32, .int8, .int32],
    "repeats a tensor along its dimensions",
    make: { Tile() }, cast: { $0 as? Tile })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.movable(0)
    let times = try operands.constantWholeNumbers(1)
    guard times.count == input.shape.rank else {
      throw Diagnostic(
        .shapeMismatch,
        "\(times.count) numbers of times are given for \(input.shape.rank) dimensions")
    }
    guard times.allSatisfy({ $0 > 0 }) else {
      throw Diagnostic(.invalidAttribute, "a tensor must be repeated once at least")
    }
    var dimensions: [Dimension] = []
    for (axis, dimension) in input.shape.dimensions.enumerated() {
      dimensions.append(try dimension.scaled(by: times[axis], name))
    }
    return [TensorType(input.element, Shape(dimensions))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its numbers are a constant in the order of its dimensions"),
      clamp: .none(because: "TFLite's Tile has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .dimensions([.init([.operand, .row([1])]) { _ in Tile() }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
