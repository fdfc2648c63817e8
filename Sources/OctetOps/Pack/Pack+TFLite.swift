import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Pack {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .packOptions,
      PackOptionsTable.object(
        valuesCount: Int32(count), axis: Int32(truncatingIfNeeded: axis)))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(PackOptionsTable.self)
    return Pack(axis: Int(options.axis), count: Int(options.valuesCount))
  }
}
