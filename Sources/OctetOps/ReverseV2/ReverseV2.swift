package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Turns the order of the elements along some dimensions.
///
/// Inputs: any type with elements of whole bytes, at most 8 dimensions; the dimensions as an int32 constant, which must
/// follow one another.
package final class ReverseV2: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "reverse_v2", .reverseV2, types: [.float32, .int8, .int16, .int32],
    "turns the order along some dimensions",
    make: { ReverseV2() }, cast: { $0 as? ReverseV2 })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.movable(0)
    let rank = input.shape.rank
    var axes: [Int] = []
    for number in try operands.constantInts(1) { axes.append(try axis(number, of: rank)) }
    axes.sort()
    guard rank <= 8 else {
      throw Diagnostic(.shapeMismatch, "TFLite reverses at most 8 dimensions, not \(rank)")
    }
    guard zip(axes, axes.dropFirst()).allSatisfy({ $0 + 1 == $1 }) else {
      throw Diagnostic(
        .invalidAttribute,
        "TFLite reverses dimensions that follow one another, not \(Shape(axes).text)"
      )
    }
    return [TensorType(input.element, input.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its dimensions are a constant"),
      clamp: .none(because: "TFLite's ReverseV2 has no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .dimensions([.init([.operand, .axes]) { [self] _ in self }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
