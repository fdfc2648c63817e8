import OctetDiagnostics
package import OctetIR
import OctetSchema

extension FullyConnected {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if operands.types[0]?.element == .float32, let weights = operands.types[1],
      weights.element == .int8
    {
      return weights.quantization?.axis == nil ? 9 : 12
    }
    if operands.count < 3 || operands.types[2] == nil { return 6 }
    if keepsDimensions { return 5 }
    return operands.version(int8: 4, int16: 7)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .fullyConnectedOptions,
      FullyConnectedOptionsTable.object(
        fusedActivationFunction: activation.schema, keepNumDims: keepsDimensions,
        asymmetricQuantizeInputs: quantizesAsymmetrically))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(FullyConnectedOptionsTable.self)
    guard options.weightsFormat == .default else {
      throw Diagnostic(.invalidAttribute, "shuffled weights are not supported")
    }
    return FullyConnected(
      activation: try FusedActivation(options.fusedActivationFunction),
      keepsDimensions: options.keepNumDims,
      quantizesAsymmetrically: options.asymmetricQuantizeInputs)
  }
}
