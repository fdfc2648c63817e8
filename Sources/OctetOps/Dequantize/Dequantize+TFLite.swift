import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Dequantize {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if operands.types[0]?.quantization?.axis != nil { return 5 }
    return operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(.dequantizeOptions, DequantizeOptionsTable.object())
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Dequantize()
  }
}
