import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Add {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.types[0]?.element == .int64 ? 4 : operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .addOptions,
      AddOptionsTable.object(
        fusedActivationFunction: activation.schema, potScaleInt16: false))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(AddOptionsTable.self)
    if options.potScaleInt16 { try reader.requireGeneralScales() }
    return Add(activation: try FusedActivation(options.fusedActivationFunction))
  }
}
