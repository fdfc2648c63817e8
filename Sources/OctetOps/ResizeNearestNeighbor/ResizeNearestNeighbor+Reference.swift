package import OctetDiagnostics
import OctetIR

extension ResizeNearestNeighbor {
  /// The input image; a pixel is `pixelBytes` bytes, and pixels of the output are `outputStride` bytes apart.
  struct Image {
    let batches: Int
    let rowCount: Int
    let columnCount: Int
    let pixelBytes: Int
    let outputStride: Int
  }

  /// For each row or column of the output, the one of the input that it shows.
  ///
  /// Source: TFLite's `GetNearestNeighbor`, which computes in float32.
  func sources(input: Int, output: Int) -> [Int32] {
    let scale =
      alignCorners && output > 1
      ? Float(input - 1) / Float(output - 1) : Float(input) / Float(output)
    let offset: Float = halfPixelCenters ? 0.5 : 0
    return (0..<output).map { index in
      let place = (Float(index) + offset) * scale
      let rounded = place.rounded(alignCorners ? .toNearestOrAwayFromZero : .down)
      return Int32(max(0, min(Int(rounded), input - 1)))
    }
  }

  static func reference(
    _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ image: Image, rows: [Int32],
    columns: [Int32]
  ) {
    let bytes = image.pixelBytes
    var target = output
    for batch in 0..<image.batches {
      for row in rows {
        let line = input + (batch * image.rowCount + Int(row)) * image.columnCount * bytes
        for column in columns {
          target.copyMemory(from: line + Int(column) * bytes, byteCount: bytes)
          target += image.outputStride
        }
      }
    }
  }
}

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
