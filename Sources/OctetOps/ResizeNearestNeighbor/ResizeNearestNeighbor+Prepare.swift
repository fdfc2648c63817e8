package import OctetDiagnostics
import OctetIR

extension ResizeNearestNeighbor {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    if input.element != .float32 { try context.requireOneScale(besides: [1]) }
    let bytes = input.element.byteCount ?? 1
    let rows = sources(input: input.extents[1], output: output.extents[1])
    let columns = sources(input: input.extents[2], output: output.extents[2])
    let image = Image(
      batches: input.extents[0], rowCount: input.extents[1], columnCount: input.extents[2],
      pixelBytes: input.extents[3] * bytes, outputStride: output.pixelStride * bytes)
    let (source, target) = (input.base, output.base)
    return Step(kernel: "x\(8 * bytes)-resize-nearest-neighbor--reference") {
      Self.reference(source, target, image, rows: rows, columns: columns)
    }
  }
}
