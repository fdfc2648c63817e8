import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Concatenation {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .concatenationOptions,
      ConcatenationOptionsTable.object(
        axis: Int32(axis), fusedActivationFunction: activation.schema))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(ConcatenationOptionsTable.self)
    return Concatenation(
      axis: Int(options.axis), activation: try FusedActivation(options.fusedActivationFunction))
  }
}
