package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// For each element the sum of those up to it along a dimension: `exclusive` leaves the element itself out,
/// `reverse` begins at the end.
///
/// Inputs: float32, int32 or int64, which wrap, of at least one dimension; the dimension, an int32 constant of one
/// element, counted from the end if it is negative.
package final class Cumsum: BuiltinOp {
  package let exclusive: Bool
  package let reverse: Bool

  package init(exclusive: Bool = false, reverse: Bool = false) {
    self.exclusive = exclusive
    self.reverse = reverse
  }

  package static let entry = OpEntry(
    "cumsum", .cumsum, types: [.float32, .int32, .int64],
    "running sum along a dimension",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["exclusive", "reverse"])
      return Cumsum(
        exclusive: try attributes.bool("exclusive", default: false),
        reverse: try attributes.bool("reverse", default: false))
    },
    read: { reader throws(Diagnostic) in
      let options = try reader.options(CumsumOptionsTable.self)
      return Cumsum(exclusive: options.exclusive, reverse: options.reverse)
    }, cast: { $0 as? Cumsum })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("exclusive", .bool(exclusive)), Attribute("reverse", .bool(reverse))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.type(0, among: [.float32, .int32, .int64])
    _ = try operands.constantAxis(1, rank: input.shape.rank)
    return [TensorType(input.element, input.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its dimension is a constant"),
      clamp: .none(because: "TFLite's Cumsum has no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .dimensions([.init([.operand, .axes]) { [self] _ in self }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "TFLite has no int8 kernel for it")
  }
}
