import OctetDiagnostics
package import OctetIR
import OctetSchema

extension LeakyReLU {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 1, int16: 2)
  }

  package var options: OperatorOptions {
    OperatorOptions(.leakyReluOptions, LeakyReluOptionsTable.object(alpha: alpha))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    LeakyReLU(alpha: try reader.options(LeakyReluOptionsTable.self).alpha)
  }
}
