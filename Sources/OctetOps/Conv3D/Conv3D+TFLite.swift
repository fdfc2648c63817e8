import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Conv3D {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .conv3DOptions,
      Conv3DOptionsTable.object(
        padding: padding.schema, strideD: Int32(stride[0]), strideW: Int32(stride[2]),
        strideH: Int32(stride[1]), fusedActivationFunction: activation.schema,
        dilationDFactor: Int32(dilation[0]), dilationWFactor: Int32(dilation[2]),
        dilationHFactor: Int32(dilation[1])))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(Conv3DOptionsTable.self)
    return Conv3D(
      stride: [Int(options.strideD), Int(options.strideH), Int(options.strideW)],
      dilation: [
        Int(options.dilationDFactor), Int(options.dilationHFactor), Int(options.dilationWFactor),
      ],
      padding: try WindowPadding(options.padding),
      activation: try FusedActivation(options.fusedActivationFunction))
  }
}
