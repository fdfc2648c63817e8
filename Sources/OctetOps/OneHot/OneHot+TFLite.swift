import OctetDiagnostics
package import OctetIR
import OctetSchema

extension OneHot {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .oneHotOptions, OneHotOptionsTable.object(axis: Int32(truncatingIfNeeded: axis)))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    OneHot(axis: Int(try reader.options(OneHotOptionsTable.self).axis))
  }
}
