import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Cast {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.types[0]?.element == .int8 || target == .int8 ? 2 : 1
  }

  /// The element types are in the tensors too, and these count.
  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    guard let target = reader.results.first?.element, types.contains(target) else {
      throw Diagnostic(
        .typeMismatch,
        "nothing is cast to \(reader.results.first?.element.name ?? "no type") here")
    }
    return Cast(to: target)
  }
}
