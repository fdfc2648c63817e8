package import OctetDiagnostics
import OctetIR

extension DynamicUpdateSlice {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (whole, update, output) = (context.input(0), context.input(1), context.output)
    if whole.type.quantization != nil { try context.requireOneScale(besides: [2]) }
    let start = context.input(2)
    let rows = BoxRows(
      update.extents, in: whole.extents, at: [Int](repeating: 0, count: whole.extents.count))
    let bytes = whole.element.byteCount ?? 1
    let room = zip(whole.extents, update.extents).map { $0 - $1 }
    let steps = whole.extents.indices.map { whole.extents[($0 + 1)...].reduce(1, *) }
    let isWide = start.element == .int64
    return Step(kernel: "x\(8 * bytes)-dynamic-update-slice--reference") {
      if output.base != whole.base {
        output.base.copyMemory(from: whole.base, byteCount: whole.count * bytes)
      }
      let first =
        isWide
        ? Self.place(of: start.int64, room, steps) : Self.place(of: start.int32, room, steps)
      Self.reference(update.base, output.base, rows, from: first, byteCount: bytes)
    }
  }
}
