package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A function of two numbers, whose operands broadcast as NumPy's do.
///
/// Inputs: float32 or int32, both alike, at most four dimensions when their shapes are unlike. `floor_div` is
/// the next whole number that is not above the quotient, `floor_mod` the remainder that goes with it and has
/// the divisor's sign. Of int32 results wrap, what is divided by 0 gives 0, where TFLite ends the run, and a
/// negative power is the whole part of the fraction.
package final class Binary: BuiltinOp {
  package enum Kind: String, Sendable {
    case floorDiv = "floor_div"
    case floorMod = "floor_mod"
    case pow
    case squaredDifference = "squared_difference"

    fileprivate var builtin: BuiltinOperator {
      switch self {
      case .floorDiv: .floorDiv
      case .floorMod: .floorMod
      case .pow: .pow
      case .squaredDifference: .squaredDifference
      }
    }

    fileprivate var summary: String {
      switch self {
      case .floorDiv: "quotient of two operands, rounded down, broadcast"
      case .floorMod: "remainder of a quotient that is rounded down, broadcast"
      case .pow: "left operand to the power of the right one, broadcast"
      case .squaredDifference: "square of the difference of two operands, broadcast"
      }
    }
  }

  package let kind: Kind

  package init(_ kind: Kind) {
    self.kind = kind
  }

  package static func entry(_ kind: Kind) -> OpEntry {
    OpEntry(
      kind.rawValue, kind.builtin, types: [.float32, .int32], kind.summary,
      make: { Binary(kind) }, cast: { $0 as? Binary })
  }

  package var entry: OpEntry { Self.entry(kind) }

  package var name: String { kind.rawValue }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferBinary(operands, among: [.float32, .int32], widest: 4)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite has no fused activation for it"),
      window: nil, identity: kind == .pow ? .neutralRight(1) : .never, isView: false,
      copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "Octet has no int8 kernel for it")
  }
}
