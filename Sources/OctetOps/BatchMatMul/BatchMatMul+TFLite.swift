import OctetDiagnostics
package import OctetIR
import OctetSchema

extension BatchMatMul {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.batchMatMulOptions, BatchMatMulOptionsTable.object(adjX: adjX, adjY: adjY))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(BatchMatMulOptionsTable.self)
    return BatchMatMul(adjX: options.adjX, adjY: options.adjY)
  }
}
