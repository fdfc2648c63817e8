package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A real number of each complex one: its magnitude, its real or its imaginary part.
///
/// Input: complex64 of any shape. Output: float32 of that shape.
package final class ComplexPart: BuiltinOp {
  package enum Kind: String, Sendable {
    case magnitude = "complex_abs"
    case real
    case imaginary = "imag"

    fileprivate var builtin: BuiltinOperator {
      switch self {
      case .magnitude: .complexAbs
      case .real: .real
      case .imaginary: .imag
      }
    }

    fileprivate var summary: String {
      switch self {
      case .magnitude: "magnitudes of complex numbers"
      case .real: "real parts of complex numbers"
      case .imaginary: "imaginary parts of complex numbers"
      }
    }
  }

  package let kind: Kind

  package init(_ kind: Kind) {
    self.kind = kind
  }

  package static func entry(_ kind: Kind) -> OpEntry {
    OpEntry(
      kind.rawValue, kind.builtin, types: [.complex64, .float32], kind.summary,
      notImported: "complex numbers are two tensors while a graph is read",
      make: { ComplexPart(kind) }, cast: { $0 as? ComplexPart })
  }

  package var entry: OpEntry { Self.entry(kind) }

  package var name: String { kind.rawValue }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let type = try inferUnary(operands, among: [.complex64])[0]
    return [TensorType(.float32, type.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's form has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "complex numbers have no codes")
  }
}
