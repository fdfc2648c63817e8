import OctetDiagnostics
package import OctetIR
import OctetSchema

extension LocalResponseNormalization {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .localResponseNormalizationOptions,
      LocalResponseNormalizationOptionsTable.object(
        radius: Int32(radius), bias: bias, alpha: alpha, beta: beta))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(LocalResponseNormalizationOptionsTable.self)
    return LocalResponseNormalization(
      radius: Int(options.radius), bias: options.bias, alpha: options.alpha, beta: options.beta)
  }
}
