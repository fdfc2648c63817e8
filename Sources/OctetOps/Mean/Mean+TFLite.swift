import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Mean {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(.reducerOptions, ReducerOptionsTable.object(keepDims: keepDims))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Mean(keepDims: try reader.options(ReducerOptionsTable.self).keepDims)
  }
}
