package import OctetDiagnostics
import OctetIR

extension LeakyReLU {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let input = context.input(0)
    let output = context.output
    let count = output.count
    switch input.element {
    case .float32:
      let (source, target, alpha) = (input.float32, output.float32, alpha)
      return Step(kernel: "f32-leaky-relu--reference") {
        Self.reference(source, target, count: count, alpha: alpha)
      }
    default:
      let from = try input.perTensor()
      let to = try output.perTensor()
      // The reference computes both multipliers in float32.
      let identity = FixedPoint.quantize(Double(from.scale / to.scale))
      let slope = FixedPoint.quantize(Double(from.scale * alpha / to.scale))
      let (source, target) = (input.int8, output.int8)
      return Step(kernel: "qs8-leaky-relu--reference") {
        Self.reference(
          source, target, count: count, inputZeroPoint: from.zeroPoint,
          outputZeroPoint: to.zeroPoint, identity: identity, alpha: slope)
      }
    }
  }
}
