package import OctetDiagnostics
import OctetIR

extension Slice {
  /// Copies the box's rows; elements have `byteCount` bytes.
  static func reference(
    _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ rows: BoxRows, byteCount: Int
  ) {
    rows.forEach { box, whole in
      (output + box * byteCount).copyMemory(
        from: input + whole * byteCount, byteCount: rows.width * byteCount)
    }
  }
}

extension Slice {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, begin, output) = (context.input(0), context.input(1), context.output)
    guard let size = input.element.byteCount else {
      throw context.noKernel("\(input.element.name) cannot be sliced")
    }
    if input.type.isQuantized { try context.requireOneScale(besides: [1, 2]) }
    let origin = output.extents.indices.map { Int(begin.int32[$0]) }
    let rows = BoxRows(output.extents, in: input.extents, at: origin)
    let (source, target) = (input.base, output.base)
    return Step(kernel: "x\(8 * size)-slice--reference") {
      Self.reference(source, target, rows, byteCount: size)
    }
  }
}
