import OctetIR

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

  /// Calls `visit` for each output pixel with the offset of its first channel and its window: the part
  /// of the image it sees, as ranges of rows and columns.
  @inline(__always)
  func forEachPixel(
    _ visit: (_ output: Int, _ batch: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void
  ) {
    var output = 0
    for batch in 0..<batches {
      for y in 0..<rows.output {
        let top = y * stride.height - rows.before
        let rowRange = max(0, top)..<max(0, min(inputHeight, top + filter.height))
        for x in 0..<columns.output {
          let left = x * stride.width - columns.before
          let columnRange = max(0, left)..<max(0, min(inputWidth, left + filter.width))
          visit(output, batch, rowRange, columnRange)
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
