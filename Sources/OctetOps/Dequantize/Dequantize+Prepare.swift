package import OctetDiagnostics
import OctetIR

extension Dequantize {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    guard let quantization = input.type.quantization else {
      throw context.noKernel("an \(input.element.name) tensor without a scale has no real values")
    }
    // A single scale runs along a dimension of its own.
    let part = input.extents.dropFirst((quantization.axis ?? -1) + 1).reduce(1, *)
    let channels = Channels(
      scales: quantization.scales, zeroPoints: quantization.zeroPoints, step: part)
    let (target, count) = (output.float32, input.count)
    func step<Code: FixedWidthInteger>(
      _ type: String, _ source: UnsafeMutablePointer<Code>
    ) -> Step {
      Step(kernel: "\(type)-dequantize--reference") {
        Self.reference(source, target, count: count, channels)
      }
    }
    switch input.element {
    case .uint8: return step("qu8", input.uint8)
    case .int16: return step("qs16", input.int16)
    default: return step("qs8", input.int8)
    }
  }
}
