import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Conv2D {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if let depth = operands.types[1]?.shape.dimensions.last?.value,
      let channels = operands.types[0]?.shape.dimensions.last?.value, depth != channels
    {
      return 6
    }
    if operands.types[0]?.element == .float32, let weights = operands.types[1],
      weights.element == .int8
    {
      return weights.quantization?.axis == nil ? 2 : 5
    }
    return operands.version(int8: 3, int16: 4)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .conv2DOptions,
      Conv2DOptionsTable.object(
        padding: padding.schema, strideW: Int32(stride.width), strideH: Int32(stride.height),
        fusedActivationFunction: activation.schema, dilationWFactor: Int32(dilation.width),
        dilationHFactor: Int32(dilation.height)))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(Conv2DOptionsTable.self)
    return Conv2D(
      stride: Steps(Int(options.strideH), Int(options.strideW)),
      dilation: Steps(Int(options.dilationHFactor), Int(options.dilationWFactor)),
      padding: try WindowPadding(options.padding),
      activation: try FusedActivation(options.fusedActivationFunction))
  }
}
