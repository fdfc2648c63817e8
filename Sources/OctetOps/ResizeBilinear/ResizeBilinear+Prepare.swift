package import OctetDiagnostics
import OctetIR
import OctetKernels

extension ResizeBilinear {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (from, to) = (input.extents, output.extents)
    switch input.element {
    case .float32:
      let rows = places(input: from[1], output: to[1])
      let columns = places(input: from[2], output: to[2])
      return Self.step(
        "f32", input, output, (input.float32, output.float32), rows, columns
      ) { Self.mean($0, row: $1, column: $2) }
    case .uint8:
      try context.requireOneScale(besides: [1])
      let rows = places(input: from[1], output: to[1])
      let columns = places(input: from[2], output: to[2])
      return Self.step("u8", input, output, (input.uint8, output.uint8), rows, columns) {
        UInt8(
          Self.mean((Float($0.0), Float($0.1), Float($0.2), Float($0.3)), row: $1, column: $2)
            + 0.5)
      }
    default:
      try context.requireOneScale(besides: [1])
      let rows = fixedPlaces(input: from[1], output: to[1])
      let columns = fixedPlaces(input: from[2], output: to[2])
      if input.element == .int16 {
        return Self.step("s16", input, output, (input.int16, output.int16), rows, columns) {
          Self.mean($0, row: $1, column: $2)
        }
      }
      return Self.step("s8", input, output, (input.int8, output.int8), rows, columns) {
        Self.mean($0, row: $1, column: $2)
      }
    }
  }

  /// Threads share the rows.
  @inline(__always)
  private static func step<Element, Part>(
    _ type: String, _ input: TensorView, _ output: TensorView,
    _ pointers: (source: UnsafeMutablePointer<Element>, target: UnsafeMutablePointer<Element>),
    _ rows: [Place<Part>], _ columns: [Place<Part>],
    _ mean: @escaping ((Element, Element, Element, Element), Part, Part) -> Element
  ) -> Step {
    let (from, channels, stride) = (input.extents, input.extents[3], output.pixelStride)
    let width = from[2] * channels
    let work = Work(count: from[0] * rows.count) { item, _ in
      let row = rows[item % rows.count]
      forEach(
        row: row, columns: columns,
        image: UnsafePointer(pointers.source) + item / rows.count * from[1] * width,
        width: width, channels: channels,
        output: pointers.target + item * columns.count * stride, stride: stride
      ) { mean($0, row.part, $1) }
    }
    return Step(kernel: "\(type)-resize-bilinear--reference", phases: [work])
  }
}
