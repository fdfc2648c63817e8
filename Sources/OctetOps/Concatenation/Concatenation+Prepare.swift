package import OctetDiagnostics
import OctetIR

extension Concatenation {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let output = context.output
    if output.type.isQuantized { try context.requireOneScale() }
    let axis = axis < 0 ? axis + output.extents.count : axis
    let rows = output.extents[..<axis].reduce(1, *)
    let size = output.element.byteCount ?? 1
    let target = output.base
    var parts: [Part] = []
    var offset = 0
    for case let view? in context.inputs {
      let rowBytes = view.count / rows * size
      // What lies in its place already was made there.
      if view.base != target + offset {
        parts.append(Part(source: view.base, rowBytes: rowBytes, offset: offset))
      }
      offset += rowBytes
    }
    let outputRow = offset
    if parts.isEmpty { return Step(kernel: "in place", phases: []) }
    return Step(kernel: "x\(8 * size)-concatenation--reference") {
      Self.reference(parts, rows: rows, outputRow: outputRow, target)
    }
  }
}
