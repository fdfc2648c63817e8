import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Sub {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if isWideBroadcast(operands, results) { return 3 }
    return operands.types[0]?.element == .int8 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .subOptions, SubOptionsTable.object(fusedActivationFunction: activation.schema))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Sub(
      activation: try FusedActivation(
        try reader.options(SubOptionsTable.self).fusedActivationFunction))
  }
}
