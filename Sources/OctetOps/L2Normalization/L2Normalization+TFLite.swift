import OctetDiagnostics
package import OctetIR
import OctetSchema

extension L2Normalization {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2)
  }

  package var options: OperatorOptions {
    OperatorOptions(.l2NormOptions, L2NormOptionsTable.object())
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(L2NormOptionsTable.self)
    guard options.fusedActivationFunction == .none else {
      throw Diagnostic(
        .unknownOperator, "a normalization with a fused activation is not supported")
    }
    return L2Normalization()
  }
}
