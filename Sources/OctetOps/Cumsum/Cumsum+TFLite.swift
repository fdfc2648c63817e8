import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Cumsum {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .cumsumOptions, CumsumOptionsTable.object(exclusive: exclusive, reverse: reverse))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(CumsumOptionsTable.self)
    return Cumsum(exclusive: options.exclusive, reverse: options.reverse)
  }
}
