package import OctetDiagnostics
import OctetIR
import OctetKernels

extension PReLU {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, alpha, output) = (context.input(0), context.input(1), context.output)
    switch input.element {
    case .float32:
      return BinaryStep.float(context, .prelu) { Self.reference($0, $1) }
    default:
      let slopes = CodeSlopes(
        try input.perTensor(), alpha: try alpha.perTensor(), try output.perTensor())
      if input.element == .uint8 {
        return BinaryStep.step(context, kernel: "qu8-prelu--reference") {
          (code: UInt8, slope: UInt8) in
          slopes(code, slope)
        }
      }
      return BinaryStep.step(context, kernel: "qs8-prelu--reference") { (code: Int8, slope: Int8) in
        slopes(code, slope)
      }
    }
  }
}
