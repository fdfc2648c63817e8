package import OctetDiagnostics
import OctetIR

extension PReLU {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, alpha, output) = (context.input(0), context.input(1), context.output)
    switch input.element {
    case .float32:
      return BinaryStep.step(
        kernel: "f32-prelu--reference", input, alpha,
        (input.float32, alpha.float32, output.float32)
      ) { Self.reference($0, $1) }
    default:
      let slopes = CodeSlopes(
        try input.perTensor(), alpha: try alpha.perTensor(), try output.perTensor())
      if input.element == .uint8 {
        return BinaryStep.step(
          kernel: "qu8-prelu--reference", input, alpha, (input.uint8, alpha.uint8, output.uint8)
        ) { slopes($0, $1) }
      }
      return BinaryStep.step(
        kernel: "qs8-prelu--reference", input, alpha, (input.int8, alpha.int8, output.int8)
      ) { slopes($0, $1) }
    }
  }
}
