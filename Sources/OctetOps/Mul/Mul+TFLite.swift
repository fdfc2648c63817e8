import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Mul {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    guard operands.types[0]?.element == .int8 else { return operands.version(int8: 2, int16: 4) }
    // Since version 3 the product's scale may exceed the result's.
    guard let left = operands.types[0]?.quantization?.scale,
      let right = operands.types[1]?.quantization?.scale,
      let result = results[0].quantization?.scale
    else { return 2 }
    return left * right / result >= 1 ? 3 : 2
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .mulOptions, MulOptionsTable.object(fusedActivationFunction: activation.schema))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Mul(
      activation: try FusedActivation(
        try reader.options(MulOptionsTable.self).fusedActivationFunction))
  }
}
