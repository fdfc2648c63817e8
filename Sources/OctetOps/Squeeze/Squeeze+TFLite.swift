import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Squeeze {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .squeezeOptions,
      SqueezeOptionsTable.object(squeezeDims: dimensions.map { Int32(truncatingIfNeeded: $0) }))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = SqueezeOptionsTable(builtinOptionsOf: reader.table)
    return Squeeze(dimensions: options?.squeezeDims.map { $0.map { Int($0) } } ?? [])
  }
}
