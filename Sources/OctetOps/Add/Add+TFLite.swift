import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Add {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.types[0]?.element == .int8 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .addOptions, AddOptionsTable.object(fusedActivationFunction: activation.schema))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Add(
      activation: try FusedActivation(
        try reader.options(AddOptionsTable.self).fusedActivationFunction))
  }
}
