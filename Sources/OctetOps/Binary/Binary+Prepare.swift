package import OctetDiagnostics
import OctetIR

extension Binary {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (left, right, output) = (context.input(0), context.input(1), context.output)
    if left.element == .float32 {
      return BinaryStep.step(
        kernel: "f32-\(name)--reference", left, right,
        (left.float32, right.float32, output.float32), combine: reference)
    }
    return BinaryStep.step(
      kernel: "s32-\(name)--reference", left, right, (left.int32, right.int32, output.int32),
      combine: wholeReference)
  }
}
