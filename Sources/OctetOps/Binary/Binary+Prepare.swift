package import OctetDiagnostics
import OctetIR

extension Binary {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.input(0).element == .float32 {
      return BinaryStep.step(context, kernel: "f32-\(name)--reference", combine: reference)
    }
    return BinaryStep.step(
      context, kernel: "s32-\(name)--reference",
      combine: wholeReference)
  }
}
