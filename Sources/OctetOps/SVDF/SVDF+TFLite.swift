import OctetDiagnostics
package import OctetIR
import OctetSchema

extension SVDF {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    switch (operands.types[0]?.element, operands.types[1]?.element) {
    case (.int8, _): 3
    case (_, .int8): quantizesAsymmetrically ? 4 : 2
    default: 1
    }
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .svdfOptions,
      SVDFOptionsTable.object(
        rank: Int32(rank), fusedActivationFunction: activation.schema,
        asymmetricQuantizeInputs: quantizesAsymmetrically),
      states: [
        .init(input: Self.state) { [stateScale] operands, results in
          let kept = operands.types[2]?.shape.elementCount ?? 0
          let shape = Shape([results[0].shape.dimensions[0], .known(kept)])
          guard stateScale > 0 else { return TensorType(.float32, shape) }
          var type = TensorType(.int16, shape)
          type.quantization = Quantization(scales: [stateScale], zeroPoints: [0], axis: nil)
          return type
        }
      ])
  }

  /// The place of what it keeps among the inputs of TFLite's operator.
  private static let state = 4

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(SVDFOptionsTable.self)
    var stateScale: Float = 0
    if try reader.operands.type(0).element == .int8 {
      let state = try reader.operands.type(state)
      guard state.element == .int16, let quantization = state.quantization else {
        throw Diagnostic(
          .unknownOperator, "an int8 SVDF with a state of \(state.element.name) is not supported")
      }
      stateScale = quantization.scale
    }
    return SVDF(
      rank: Int(options.rank), activation: try FusedActivation(options.fusedActivationFunction),
      quantizesAsymmetrically: options.asymmetricQuantizeInputs, stateScale: stateScale)
  }
}
