import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Sub {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if isWideBroadcast(operands, results) { return 3 }
    return operands.version(int8: 2, int16: 5)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .subOptions,
      SubOptionsTable.object(
        fusedActivationFunction: activation.schema, potScaleInt16: false))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(SubOptionsTable.self)
    if options.potScaleInt16 { try reader.requireGeneralScales() }
    return Sub(activation: try FusedActivation(options.fusedActivationFunction))
  }
}
