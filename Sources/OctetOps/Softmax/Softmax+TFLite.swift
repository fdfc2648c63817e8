import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Softmax {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(.softmaxOptions, SoftmaxOptionsTable.object(beta: beta))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Softmax(beta: try reader.options(SoftmaxOptionsTable.self).beta)
  }
}
