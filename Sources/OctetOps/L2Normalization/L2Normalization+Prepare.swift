package import OctetDiagnostics
import OctetIR

extension L2Normalization {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (source, target) = (context.input(0).float32, context.output.float32)
    let depth = context.output.extents.last ?? 1
    let rows = context.output.count / max(depth, 1)
    return Step(kernel: "f32-l2-normalization--reference") {
      Self.reference(source, target, rows: rows, depth: depth)
    }
  }
}
