import OctetDiagnostics
package import OctetIR
import OctetSchema

extension TopKV2 {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.topKV2Options, TopKV2OptionsTable.object())
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    TopKV2()
  }
}
