package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The conjunction or the disjunction of two operands, which broadcast as NumPy's do.
///
/// Inputs: bool, at most four dimensions when their shapes are unlike. Output: bool.
package final class Logical: BuiltinOp {
  package enum Kind: String, Sendable {
    case and = "logical_and"
    case or = "logical_or"
  }

  package let kind: Kind

  package init(_ kind: Kind) {
    self.kind = kind
  }

  package static func entry(_ kind: Kind) -> OpEntry {
    OpEntry(
      kind.rawValue, kind == .and ? .logicalAnd : .logicalOr, types: [.bool],
      kind == .and
        ? "whether both of two operands hold, broadcast"
        : "whether one of two operands holds, broadcast",
      make: { Logical(kind) }, cast: { $0 as? Logical })
  }

  package var entry: OpEntry { Self.entry(kind) }

  package var name: String { kind.rawValue }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferBinary(operands, among: [.bool], widest: 4)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "its result is no number"), window: nil,
      identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "it works on bools, which have no int8 form")
  }
}
