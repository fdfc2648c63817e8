package import OctetDiagnostics
import OctetIR

extension Div {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.input(0).element == .int32 {
      let bounds: (low: Int32, high: Int32) = activation.wholeBounds()
      return BinaryStep.step(context, kernel: "s32-div--reference") {
        min(max(Self.reference($0, $1), bounds.low), bounds.high)
      }
    }
    let bounds = activation.bounds
    return BinaryStep.step(context, kernel: "f32-div--reference") { Self.reference($0, $1, bounds) }
  }
}
