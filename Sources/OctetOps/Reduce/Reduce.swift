package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The largest, the least, the sum or the product of the elements along some dimensions, or whether one or all
/// hold. The dimensions go or, with `keepDims`, stay with an extent of 1.
///
/// Inputs: float32, int32 or int64 of any shape, for the largest and the least also int8 and uint8, which have the scale of the
/// result, for what holds only bool; the dimensions as in `inferReduction`. Whole sums and products wrap.
package final class Reduce: BuiltinOp {
  package enum Kind: String, Sendable {
    case all = "reduce_all"
    case any = "reduce_any"
    case max = "reduce_max"
    case min = "reduce_min"
    case product = "reduce_prod"
    case sum

    fileprivate var isOfBools: Bool { self == .all || self == .any }

    fileprivate var isChoice: Bool { self == .max || self == .min }

    fileprivate var types: [ElementType] {
      if isOfBools { return [.bool] }
      return isChoice
        ? [.float32, .int8, .uint8, .int32, .int64] : [.float32, .int32, .int64]
    }

    fileprivate var builtin: BuiltinOperator {
      switch self {
      case .all: .reduceAll
      case .any: .reduceAny
      case .max: .reduceMax
      case .min: .reduceMin
      case .product: .reduceProd
      case .sum: .sum
      }
    }

    fileprivate var summary: String {
      switch self {
      case .all: "whether all along some dimensions hold"
      case .any: "whether one along some dimensions holds"
      case .max: "largest along some dimensions"
      case .min: "least along some dimensions"
      case .product: "product along some dimensions"
      case .sum: "sum along some dimensions"
      }
    }
  }

  package let kind: Kind
  package let keepDims: Bool

  package init(_ kind: Kind, keepDims: Bool = false) {
    self.kind = kind
    self.keepDims = keepDims
  }

  package static func entry(_ kind: Kind) -> OpEntry {
    OpEntry(
      kind.rawValue, kind.builtin, types: kind.types, kind.summary, takesEmpty: true,
      parse: { attributes throws(Diagnostic) in
        try attributes.allow(["keep_dims"])
        return Reduce(kind, keepDims: try attributes.bool("keep_dims", default: false))
      },
      read: { reader throws(Diagnostic) in
        Reduce(kind, keepDims: try reader.options(ReducerOptionsTable.self).keepDims)
      }, cast: { $0 as? Reduce })
  }

  package var entry: OpEntry { Self.entry(kind) }

  package var name: String { kind.rawValue }

  package var attributes: [Attribute] { [Attribute("keep_dims", .bool(keepDims))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferReduction(operands, among: kind.types, keepDims: keepDims)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its dimensions are a constant, and those that go have no place"),
      clamp: .none(because: "TFLite's reductions have no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .dimensions([.init([.operand, .axes]) { [self] _ in self }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    if kind.isChoice {
      return .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
    }
    return .floatOnly(
      because: kind.isOfBools
        ? "it works on bools, which have no int8 form" : "Octet has no int8 kernel for it")
  }
}
