package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Sums of the elements up to each place along one dimension.
///
/// Inputs: float32 or int32; the dimension, one element of an int32 constant, negative from the end. `exclusive` leaves
/// the element in its place out of the sum, `reverse` sums from the end. int32 sums wrap.
package final class Cumsum: BuiltinOp {
  package let exclusive: Bool
  package let reverse: Bool

  package init(exclusive: Bool = false, reverse: Bool = false) {
    self.exclusive = exclusive
    self.reverse = reverse
  }

  package static let entry = OpEntry(
    "cumsum", .cumsum, types: [.float32, .int32],
    "running sums along one dimension",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["exclusive", "reverse"])
      return Cumsum(
        exclusive: try attributes.bool("exclusive", default: false),
        reverse: try attributes.bool("reverse", default: false))
    },
    read: Cumsum.read, cast: { $0 as? Cumsum })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("exclusive", .bool(exclusive)), Attribute("reverse", .bool(reverse))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.type(0, among: [.float32, .int32])
    let axes = try operands.constantInts(1, rank: try operands.type(1).shape.rank)
    guard axes.count == 1 else {
      throw Diagnostic(.shapeMismatch, "\(axes.count) dimensions are given to sum along, not one")
    }
    _ = try axis(axes[0], of: input.shape.rank)
    return [TensorType(input.element, input.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its dimension is a constant"),
      clamp: .none(because: "TFLite's Cumsum has no fused activation"), window: nil,
      identity: .never, isView: false, fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "TFLite sums no int8 numbers along a dimension")
  }
}
