package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Where the largest or the least element along a dimension, which goes, is: the first of equal ones.
///
/// Inputs: float32, int8 or int32 of at least one dimension; the dimension, an int32 constant of one element,
/// counted from the end if it is negative. Output: int32 or int64.
package final class ArgMax: BuiltinOp {
  package enum Kind: String, Sendable {
    case max = "arg_max"
    case min = "arg_min"
  }

  package let kind: Kind
  /// int32 or int64.
  package let type: ElementType

  package init(_ kind: Kind, type: ElementType = .int32) {
    self.kind = kind
    self.type = type
  }

  package static func entry(_ kind: Kind) -> OpEntry {
    OpEntry(
      kind.rawValue, kind == .max ? .argMax : .argMin,
      types: [.float32, .int8, .uint8, .int32, .int64],
      kind == .max
        ? "place of the largest along a dimension" : "place of the least along a dimension",
      parse: { attributes throws(Diagnostic) in
        try attributes.allow(["type"])
        let type = try attributes.symbol("type", among: ["int32", "int64"], default: "int32")
        return ArgMax(kind, type: type == "int64" ? .int64 : .int32)
      },
      read: { reader throws(Diagnostic) in try ArgMax(kind, reader) }, cast: { $0 as? ArgMax })
  }

  package var entry: OpEntry { Self.entry(kind) }

  package var name: String { kind.rawValue }

  package var attributes: [Attribute] { [Attribute("type", .symbol(type.name))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.type(0, among: [.float32, .int8, .uint8, .int32])
    var shape = input.shape
    let removed = shape.dimensions.remove(at: try operands.constantAxis(1, rank: shape.rank))
    guard removed != .known(0) else {
      throw Diagnostic(.shapeMismatch, "of no elements none is the largest or the least")
    }
    return [TensorType(type, shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its dimension is a constant, and it goes"),
      clamp: .none(because: "its result is a place"), window: nil, identity: .never, isView: false,
      copies: .dimensions([.init([.operand, .axes]) { [self] _ in self }]), fusion: .none)
  }

  /// Places have no range, so calibration gives them no scale.
  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .calibrated))
  }
}
