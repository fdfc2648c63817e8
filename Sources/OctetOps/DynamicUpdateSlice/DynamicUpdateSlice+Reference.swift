package import OctetDiagnostics
import OctetIR

extension DynamicUpdateSlice {
  /// The number of the box's first element in the whole tensor.
  ///
  /// - Parameters:
  ///   - room: how far the box can be moved along each dimension.
  ///   - steps: elements from one index of each dimension to the next.
  static func place<Index: FixedWidthInteger>(
    of start: UnsafePointer<Index>, _ room: [Int], _ steps: [Int]
  ) -> Int {
    var place = 0
    for axis in room.indices {
      place += max(0, min(Int(truncatingIfNeeded: start[axis]), room[axis])) * steps[axis]
    }
    return place
  }

  /// Copies the box's rows to where it begins; elements have `byteCount` bytes.
  static func reference(
    _ update: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ rows: BoxRows,
    from first: Int, byteCount: Int
  ) {
    rows.forEach { box, whole in
      (output + (first + whole) * byteCount).copyMemory(
        from: update + box * byteCount, byteCount: rows.width * byteCount)
    }
  }
}

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
