package import OctetDiagnostics
import OctetIR
import OctetKernels

extension ResizeBilinear {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (from, to) = (input.extents, output.extents)
    if input.element != .float32 { try context.requireOneScale(besides: [1]) }
    switch input.element {
    case .float32, .uint8:
      let rows = places(input: from[1], output: to[1])
      let columns = places(input: from[2], output: to[2])
      if input.element == .float32 {
        let pointers = (input.float32, output.float32)
        return Self.fast(context, BilinearResize.float, pointers, rows, columns) { $0 }
          ?? Self.step(context, "f32", pointers, rows, columns) {
            Self.mean($0, row: $1, column: $2)
          }
      }
      let pointers = (input.uint8, output.uint8)
      return Self.fast(context, BilinearResize.uint8, pointers, rows, columns) { $0 }
        ?? Self.step(context, "u8", pointers, rows, columns) {
          UInt8(
            Self.mean((Float($0.0), Float($0.1), Float($0.2), Float($0.3)), row: $1, column: $2)
              + 0.5)
        }
    default:
      let rows = fixedPlaces(input: from[1], output: to[1])
      let columns = fixedPlaces(input: from[2], output: to[2])
      if input.element == .int16 {
        return Self.step(context, "s16", (input.int16, output.int16), rows, columns) {
          Self.mean($0, row: $1, column: $2)
        }
      }
      let pointers = (input.int8, output.int8)
      return Self.fast(context, BilinearResize.int8, pointers, rows, columns) { Float($0) }
        ?? Self.step(context, "s8", pointers, rows, columns) {
          Self.mean($0, row: $1, column: $2)
        }
    }
  }

  /// Threads share the rows.
  @inline(__always)
  private static func step<Element, Part>(
    _ context: PrepareContext, _ type: String,
    _ pointers: (source: UnsafeMutablePointer<Element>, target: UnsafeMutablePointer<Element>),
    _ rows: [Place<Part>], _ columns: [Place<Part>],
    _ mean: @escaping ((Element, Element, Element, Element), Part, Part) -> Element
  ) -> Step {
    let (from, stride) = (context.input(0).extents, context.output.pixelStride)
    let (channels, width) = (from[3], from[2] * from[3])
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

  /// The same by a kernel; nil where the definition is wanted, or rows are too long.
  ///
  /// - Parameter part: of a place, as a kernel takes it.
  private static func fast<Element, Part>(
    _ context: PrepareContext, _ variant: BilinearResize.Variant<Element>,
    _ pointers: (source: UnsafeMutablePointer<Element>, target: UnsafeMutablePointer<Element>),
    _ rows: [Place<Part>], _ columns: [Place<Part>], _ part: @escaping (Part) -> Float
  ) -> Step? {
    let (from, stride) = (context.input(0).extents, context.output.pixelStride)
    let (channels, width) = (from[3], from[2] * from[3])
    guard !context.usesReference, let longest = Int32(exactly: width), longest < .max / 8 else {
      return nil
    }
    let places = columns.map {
      BilinearResize.Place(
        low: Int32($0.low * channels), high: Int32($0.high * channels), part: part($0.part))
    }
    let scratch = context.scratch
    scratch.require(shared: 0, perWorker: BilinearResize.scratchBytes(width))
    let work = Work(count: from[0] * rows.count) { item, worker in
      let row = rows[item % rows.count]
      let image = pointers.source + item / rows.count * from[1] * width
      variant.run(
        count: width, upper: image + row.low * width, lower: image + row.high * width,
        part: part(row.part), places: places, channels: channels, scratch: scratch.part(of: worker),
        to: pointers.target + item * columns.count * stride, stride: stride)
    }
    return Step(kernel: "\(variant.name)", phases: [work])
  }
}
