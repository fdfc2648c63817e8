package import OctetDiagnostics
import OctetIR

extension LogSoftmax {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let depth = input.extents.last ?? 1
    let rows = input.count / max(depth, 1)
    let (source, target) = (input.float32, output.float32)
    return Step(kernel: "f32-log_softmax--reference") {
      Self.reference(source, target, rows: rows, depth: depth)
    }
  }
}
