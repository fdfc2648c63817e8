import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Pad {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if results[0].shape.rank > 4 { return 4 }
    return operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions { OperatorOptions(.padOptions, PadOptionsTable.object()) }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp { Pad() }
}

extension PadV2 {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if results[0].shape.rank > 4 { return 4 }
    return operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(.padV2Options, PadV2OptionsTable.object())
  }
}
