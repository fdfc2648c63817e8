package import OctetDiagnostics
import OctetIR

extension Dequantize {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (scale, zeroPoint) = try input.perTensor()
    let (target, count) = (output.float32, input.count)
    if input.element == .uint8 {
      let source = input.uint8
      return Step(kernel: "qu8-dequantize--reference") {
        for i in 0..<count {
          target[i] = Self.reference(Int32(source[i]), scale: scale, zeroPoint: zeroPoint)
        }
      }
    }
    let source = input.int8
    return Step(kernel: "qs8-dequantize--reference") {
      for i in 0..<count {
        target[i] = Self.reference(Int32(source[i]), scale: scale, zeroPoint: zeroPoint)
      }
    }
  }
}
