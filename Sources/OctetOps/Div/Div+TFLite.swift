import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Div {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    isWideBroadcast(operands, results) ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .divOptions, DivOptionsTable.object(fusedActivationFunction: activation.schema))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Div(
      activation: try FusedActivation(
        try reader.options(DivOptionsTable.self).fusedActivationFunction))
  }
}
