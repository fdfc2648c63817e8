package import OctetDiagnostics
import OctetIR

extension Pack {
  /// As a concatenation along a dimension of 1 would do it.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let output = context.output
    if output.type.isQuantized { try context.requireOneScale() }
    let size = output.element.byteCount ?? 1
    let axis = try OctetOps.axis(axis, of: output.extents.count)
    let rows = output.extents[..<axis].reduce(1, *)
    let rowBytes = output.extents[(axis + 1)...].reduce(1, *) * size
    let sources = (0..<count).map { index in
      Concatenation.Part(
        source: context.input(index).base, rowBytes: rowBytes, offset: index * rowBytes)
    }
    let (target, outputRow) = (output.base, count * rowBytes)
    return Step(kernel: "x\(8 * size)-pack--reference") {
      Concatenation.reference(sources, rows: rows, outputRow: outputRow, target)
    }
  }
}
