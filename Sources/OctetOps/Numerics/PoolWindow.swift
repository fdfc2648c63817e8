import OctetIR
import OctetKernels

/// The sizes of a pooling and the walk over its windows.
struct PoolWindow {
  let batches: Int
  let inputHeight: Int
  let inputWidth: Int
  let channels: Int
  let filter: Steps
  let stride: Steps
  let rows: WindowSpan
  let columns: WindowSpan

  init(_ input: TensorView, _ settings: PoolSettings) {
    let (padding, filter, stride) = (settings.padding, settings.filter, settings.stride)
    guard
      let rows = padding.span(
        input: input.extents[1], window: filter.height, stride: stride.height),
      let columns = padding.span(
        input: input.extents[2], window: filter.width, stride: stride.width)
    else { preconditionFailure("inference has accepted the window") }
    batches = input.extents[0]
    inputHeight = input.extents[1]
    inputWidth = input.extents[2]
    channels = input.extents[3]
    self.filter = filter
    self.stride = stride
    self.rows = rows
    self.columns = columns
  }

  /// The rows of the image that output row `y` sees.
  @inline(__always)
  func rowRange(_ y: Int) -> Range<Int> {
    let top = y * stride.height - rows.before
    return max(0, top)..<max(0, min(inputHeight, top + filter.height))
  }

  /// The columns of the image that output column `x` sees.
  @inline(__always)
  func columnRange(_ x: Int) -> Range<Int> {
    let left = x * stride.width - columns.before
    return max(0, left)..<max(0, min(inputWidth, left + filter.width))
  }

  /// Calls `visit` for each output pixel with the offset of its first channel and its window: the part
  /// of the image it sees, as ranges of rows and columns.
  @inline(__always)
  func forEachPixel(
    _ visit: (_ output: Int, _ batch: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void
  ) {
    var output = 0
    for batch in 0..<batches {
      for y in 0..<rows.output {
        let rows = rowRange(y)
        for x in 0..<columns.output {
          visit(output, batch, rows, columnRange(x))
          output += channels
        }
      }
    }
  }

  /// The offset of a pixel's first channel.
  @inline(__always)
  func offset(_ batch: Int, _ row: Int, _ column: Int) -> Int {
    ((batch * inputHeight + row) * inputWidth + column) * channels
  }
}

extension PoolWindow {
  /// The step of a kernel. An item is a line of output pixels: those whose window is whole in one call, the others one
  /// by one.
  ///
  /// - Parameter empty: what there is of a window without pixels, before it is clamped.
  func step<Element: Comparable & BitwiseCopyable>(
    _ kernel: Pool.Variant<Element>, _ source: UnsafePointer<Element>,
    _ target: UnsafeMutablePointer<Element>, _ bounds: (low: Element, high: Element),
    empty: Element
  ) -> Step {
    let (channels, width) = (channels, columns.output)
    let lineStride = inputWidth * channels
    let work = Work(count: batches * rows.output) { line, _ in
      let (batch, y) = line.quotientAndRemainder(dividingBy: self.rows.output)
      let rows = rowRange(y)
      let result = target + line * width * channels
      var x = 0
      while x < width {
        let columns = columnRange(x)
        let place = result + x * channels
        if rows.isEmpty || columns.isEmpty {
          place.update(repeating: min(max(empty, bounds.low), bounds.high), count: channels)
          x += 1
          continue
        }
        let pixels =
          columns.count == filter.width
          ? min(
            width - x,
            (inputWidth - columns.upperBound) / stride.width + 1) : 1
        kernel.run(
          pixels: pixels, channels: channels, rows: rows.count, columns: columns.count,
          from: source + offset(batch, rows.lowerBound, columns.lowerBound),
          lineStride: lineStride, step: stride.width * channels, bounds: bounds, to: place)
        x += pixels
      }
    }
    return Step(kernel: "\(kernel.name)", phases: [work])
  }
}
