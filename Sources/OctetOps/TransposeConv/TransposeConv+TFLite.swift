import OctetDiagnostics
package import OctetIR
import OctetSchema

extension TransposeConv {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if activation != .none { return 4 }
    if operands.count > 3, operands.types[3] != nil { return 3 }
    return operands.types[2]?.element == .int8 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .transposeConvOptions,
      TransposeConvOptionsTable.object(
        padding: padding.schema, strideW: Int32(stride.width), strideH: Int32(stride.height),
        fusedActivationFunction: activation.schema))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(TransposeConvOptionsTable.self)
    return TransposeConv(
      stride: Steps(Int(options.strideH), Int(options.strideW)),
      padding: try WindowPadding(options.padding),
      activation: try FusedActivation(options.fusedActivationFunction))
  }
}
