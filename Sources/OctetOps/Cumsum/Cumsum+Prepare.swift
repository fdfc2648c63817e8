package import OctetDiagnostics
import OctetIR

extension Cumsum {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (rows, along) = context.reduction()
    if input.element == .float32 {
      let (source, target) = (input.float32, output.float32)
      return Step(kernel: "f32-cumsum--reference") {
        self.reference(rows, along, source, target, zero: 0) { $0 + $1 }
      }
    }
    if input.element == .int64 {
      let (source, target) = (input.int64, output.int64)
      return Step(kernel: "s64-cumsum--reference") {
        self.reference(rows, along, source, target, zero: 0) { $0 &+ $1 }
      }
    }
    let (source, target) = (input.int32, output.int32)
    return Step(kernel: "s32-cumsum--reference") {
      self.reference(rows, along, source, target, zero: 0) { $0 &+ $1 }
    }
  }
}
