package import OctetDiagnostics
import OctetIR

extension Dequantize {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    guard let quantization = input.type.quantization else {
      throw context.noKernel("an \(input.element.name) tensor without a scale has no real values")
    }
    // A single scale runs along a dimension of its own.
    let step = input.extents.dropFirst((quantization.axis ?? -1) + 1).reduce(1, *)
    let channels = Channels(
      scales: quantization.scales, zeroPoints: quantization.zeroPoints, step: step)
    let (target, count) = (output.float32, input.count)
    if input.element == .uint8 {
      let source = input.uint8
      return Step(kernel: "qu8-dequantize--reference") {
        Self.reference(source, target, count: count, channels)
      }
    }
    let source = input.int8
    return Step(kernel: "qs8-dequantize--reference") {
      Self.reference(source, target, count: count, channels)
    }
  }
}
