package import OctetDiagnostics
import OctetIR

extension Concatenation {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let output = context.output
    if output.element == .int8 { try context.requireOneScale() }
    let axis = axis < 0 ? axis + output.extents.count : axis
    let rows = output.extents[..<axis].reduce(1, *)
    let size = output.element.byteCount ?? 1
    let parts = context.inputs.compactMap { view in
      view.map { Part(source: $0.base, rowBytes: $0.count / rows * size) }
    }
    let target = output.base
    return Step(kernel: "x\(8 * size)-concatenation--reference") {
      Self.reference(parts, rows: rows, target)
    }
  }
}
