package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A function of one number, element by element.
///
/// Input: float32 of any shape, for `abs` and `neg` also int32, which wraps, for `abs` and `elu` also int8.
/// Output: the same type and shape; int8 may have another scale. `round` takes the even one of two whole numbers
/// that are as near, `elu` is e^x - 1 below 0.
package final class Unary: BuiltinOp {
  package enum Kind: String, Sendable {
    case abs, ceil, cos, elu, floor, neg, round, rsqrt, sign, sin, sqrt, square

    fileprivate var types: [ElementType] {
      switch self {
      case .abs: [.float32, .int8, .int32]
      case .elu: [.float32, .int8]
      case .neg: [.float32, .int32]
      default: [.float32]
      }
    }

    fileprivate var builtin: BuiltinOperator {
      switch self {
      case .abs: .abs
      case .ceil: .ceil
      case .cos: .cos
      case .elu: .elu
      case .floor: .floor
      case .neg: .neg
      case .round: .round
      case .rsqrt: .rsqrt
      case .sign: .sign
      case .sin: .sin
      case .sqrt: .sqrt
      case .square: .square
      }
    }

    fileprivate var summary: String {
      switch self {
      case .abs: "magnitude"
      case .ceil: "next whole number that is not less"
      case .cos: "cosine"
      case .elu: "x, and e^x - 1 below 0"
      case .floor: "next whole number that is not greater"
      case .neg: "the number with the other sign"
      case .round: "nearest whole number, of two the even one"
      case .rsqrt: "reciprocal of the square root"
      case .sign: "-1, 0 or 1"
      case .sin: "sine"
      case .sqrt: "square root"
      case .square: "the number times itself"
      }
    }
  }

  package let kind: Kind

  package init(_ kind: Kind) {
    self.kind = kind
  }

  package static func entry(_ kind: Kind) -> OpEntry {
    OpEntry(
      kind.rawValue, kind.builtin, types: kind.types, kind.summary,
      notImported: kind == .square ? "MUL, which has an int8 form, stands for it" : nil,
      make: { Unary(kind) }, cast: { $0 as? Unary })
  }

  package var entry: OpEntry { Self.entry(kind) }

  package var name: String { kind.rawValue }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: kind.types)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite has no fused activation for it"),
      window: nil, identity: .never, isView: false,
      copies: .broadcast(core: 0),
      fusion: kind.types.contains(.int8) ? .elementwise(epilogue) : .none)
  }

  package var quantization: QuantizationRule {
    kind.types.contains(.int8)
      ? .int8(Int8Rule(output: .calibrated))
      : .floatOnly(because: "Octet has no int8 kernel for it")
  }
}
