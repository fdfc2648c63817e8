package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Whether two operands, which broadcast as NumPy's do, stand in a relation, element by element.
///
/// Inputs: float32, int8, uint8, int32 or int64, both alike, for equality also bool; at most four dimensions when their
/// shapes are unlike; operands of codes may each have their own scale. Output: bool. NaN is unequal to everything.
package final class Comparison: BuiltinOp {
  package enum Kind: String, Sendable {
    case equal
    case greater
    case greaterEqual = "greater_equal"
    case less
    case lessEqual = "less_equal"
    case notEqual = "not_equal"

    fileprivate var isEquality: Bool { self == .equal || self == .notEqual }

    fileprivate var builtin: BuiltinOperator {
      switch self {
      case .equal: .equal
      case .greater: .greater
      case .greaterEqual: .greaterEqual
      case .less: .less
      case .lessEqual: .lessEqual
      case .notEqual: .notEqual
      }
    }

    fileprivate var summary: String {
      switch self {
      case .equal: "whether two operands are equal, broadcast"
      case .greater: "whether the left of two operands is greater, broadcast"
      case .greaterEqual: "whether the left of two operands is not less, broadcast"
      case .less: "whether the left of two operands is less, broadcast"
      case .lessEqual: "whether the left of two operands is not greater, broadcast"
      case .notEqual: "whether two operands are unequal, broadcast"
      }
    }
  }

  package let kind: Kind

  package init(_ kind: Kind) {
    self.kind = kind
  }

  private static let numbers: [ElementType] = [.float32, .int8, .uint8, .int32, .int64]

  package static func entry(_ kind: Kind) -> OpEntry {
    OpEntry(
      kind.rawValue, kind.builtin, types: numbers + [.bool], kind.summary,
      make: { Comparison(kind) }, cast: { $0 as? Comparison })
  }

  package var entry: OpEntry { Self.entry(kind) }

  package var name: String { kind.rawValue }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let types = try inferBinary(
      operands, among: kind.isEquality ? Self.numbers + [.bool] : Self.numbers, widest: 4)
    return [TensorType(.bool, types[0].shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "its result is no number"), window: nil,
      identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "numbers that are nearly equal may have one code")
  }
}
