import OctetDiagnostics
package import OctetIR
import OctetSchema

extension MaxPool2D {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.types[0]?.element == .int8 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .pool2DOptions,
      Pool2DOptionsTable.object(
        padding: padding.schema, strideW: Int32(stride.width),
        strideH: Int32(stride.height), filterWidth: Int32(filter.width),
        filterHeight: Int32(filter.height),
        fusedActivationFunction: activation.schema))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(Pool2DOptionsTable.self)
    return MaxPool2D(
      filter: Steps(Int(options.filterHeight), Int(options.filterWidth)),
      stride: Steps(Int(options.strideH), Int(options.strideW)),
      padding: WindowPadding(options.padding),
      activation: try FusedActivation(options.fusedActivationFunction))
  }
}
