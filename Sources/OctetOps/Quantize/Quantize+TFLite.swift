import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Quantize {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    element == .int16 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(.quantizeOptions, QuantizeOptionsTable.object())
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Quantize(reader.results.first?.element ?? .int8)
  }
}
