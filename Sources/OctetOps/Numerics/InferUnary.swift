package import OctetDiagnostics
import OctetIR

/// The type of an operator that works element by element on one tensor.
func inferUnary(
  _ operands: Operands, among elements: [ElementType] = [.float32, .int8]
) throws(Diagnostic) -> [TensorType] {
  try operands.require(count: 1...1)
  let input = try operands.type(0, among: elements)
  return [TensorType(input.element, input.shape)]
}

extension PrepareContext {
  /// Throws `OCT0701` unless all quantized inputs, but those listed, and the outputs share one scale
  /// (within 1e-6, as TFLite checks it) and zero point.
  package func requireOneScale(besides indices: [Int] = []) throws(Diagnostic) {
    let wanted = try output.perTensor()
    for (index, view) in inputs.enumerated() where !indices.contains(index) {
      guard let view else { continue }
      let found = try view.perTensor()
      guard abs(found.scale - wanted.scale) <= 1e-6, found.zeroPoint == wanted.zeroPoint else {
        throw noKernel(
          "the \(output.element.name) operator needs one scale and zero point for all its tensors")
      }
    }
  }
}
