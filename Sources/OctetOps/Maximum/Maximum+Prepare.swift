package import OctetDiagnostics
import OctetIR

extension Maximum {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (left, right, output) = (context.input(0), context.input(1), context.output)
    switch left.element {
    case .float32:
      return BinaryStep.step(
        kernel: "f32-maximum--reference", left, right,
        (left.float32, right.float32, output.float32)
      ) { Self.reference($0, $1) }
    default:
      try context.requireOneScale()
      return BinaryStep.step(
        kernel: "qs8-maximum--reference", left, right, (left.int8, right.int8, output.int8)
      ) { Self.reference($0, $1) }
    }
  }
}
