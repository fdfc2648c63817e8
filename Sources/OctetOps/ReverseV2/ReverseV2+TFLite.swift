import OctetDiagnostics
package import OctetIR
import OctetSchema

extension ReverseV2 {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(.reverseV2Options, ReverseV2OptionsTable.object())
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    ReverseV2()
  }
}
