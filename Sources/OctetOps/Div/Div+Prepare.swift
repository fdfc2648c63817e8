package import OctetDiagnostics
import OctetIR

extension Div {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (left, right, output) = (context.input(0), context.input(1), context.output)
    if left.element == .int32 {
      let bounds: (low: Int32, high: Int32) = activation.wholeBounds()
      return BinaryStep.step(
        kernel: "s32-div--reference", left, right, (left.int32, right.int32, output.int32)
      ) { min(max(Self.reference($0, $1), bounds.low), bounds.high) }
    }
    let bounds = activation.bounds
    return BinaryStep.step(
      kernel: "f32-div--reference", left, right, (left.float32, right.float32, output.float32)
    ) { Self.reference($0, $1, bounds) }
  }
}
