import OctetDiagnostics
package import OctetIR
import OctetSchema

extension DepthwiseConv2D {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if operands.types[0]?.element == .float32, operands.types[1]?.element == .int8 { return 6 }
    return max(operands.version(int8: 3, int16: 5), dilation == .one ? 1 : 2)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .depthwiseConv2DOptions,
      DepthwiseConv2DOptionsTable.object(
        padding: padding.schema, strideW: Int32(stride.width),
        strideH: Int32(stride.height), depthMultiplier: Int32(depthMultiplier),
        fusedActivationFunction: activation.schema,
        dilationWFactor: Int32(dilation.width),
        dilationHFactor: Int32(dilation.height)))
  }

  /// Some writers leave the multiplier 0; it then follows from the filter.
  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(DepthwiseConv2DOptionsTable.self)
    var multiplier = Int(options.depthMultiplier)
    if multiplier == 0, reader.operands.count > 1,
      let channels = reader.operands.types[0]?.shape.dimensions.last?.value, channels > 0,
      let outputs = reader.operands.types[1]?.shape.dimensions.last?.value
    {
      multiplier = outputs / channels
    }
    return DepthwiseConv2D(
      stride: Steps(Int(options.strideH), Int(options.strideW)),
      dilation: Steps(Int(options.dilationHFactor), Int(options.dilationWFactor)),
      depthMultiplier: multiplier, padding: try WindowPadding(options.padding),
      activation: try FusedActivation(options.fusedActivationFunction))
  }
}
