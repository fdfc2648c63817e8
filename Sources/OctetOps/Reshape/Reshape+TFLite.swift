import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Reshape {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .reshapeOptions, ReshapeOptionsTable.object(newShape: shape.map { Int32($0) }))
  }

  /// Old files have the shape in the options only, newer ones may have no options.
  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = ReshapeOptionsTable(builtinOptionsOf: reader.table)
    return Reshape(shape: options?.newShape.map { $0.map { Int($0) } } ?? [])
  }
}
