/// Lines of an int8 image as int16 minus the zero point, with a border of zeros, so that every window
/// over them lies inside.
struct WidenedLines {
  /// Pixels of the image and of the border to its left and right in one line.
  let imageWidth: Int
  let left: Int
  let width: Int
  let channels: Int
  /// Elements of a pixel here, at least `channels`; what is between is left as it was.
  let pixelStride: Int
  let zeroPoint: Int32
  let widen: QS8Widen.Variant

  var lineStride: Int { width * pixelStride }

  /// Writes the lines of the image that begin at `first`, which may be outside of it.
  ///
  /// - Parameters:
  ///   - columns: The part of the lines wanted, in pixels of the bordered line; it is written from
  ///     `to` on with lines of its own length.
  func fill(
    _ image: UnsafePointer<Int8>, height: Int, first: Int, count: Int, columns: Range<Int>,
    to: UnsafeMutablePointer<Int16>
  ) {
    let inside =
      max(
        columns.lowerBound, left)..<max(
        max(columns.lowerBound, left), min(columns.upperBound, left + imageWidth))
    let stride = columns.count * pixelStride
    let before = (inside.lowerBound - columns.lowerBound) * pixelStride
    let body = inside.count * pixelStride
    for line in 0..<count {
      let target = to + line * stride
      let y = first + line
      guard y >= 0, y < height, !inside.isEmpty else {
        target.update(repeating: 0, count: stride)
        continue
      }
      target.update(repeating: 0, count: before)
      (target + before + body).update(repeating: 0, count: stride - before - body)
      let source = image + (y * imageWidth + inside.lowerBound - left) * channels
      let isDense = pixelStride == channels
      widen.run(
        rows: isDense ? 1 : inside.count, count: isDense ? body : channels, from: source,
        fromStride: channels, zeroPoint: zeroPoint, to: target + before, toStride: pixelStride)
    }
  }
}
