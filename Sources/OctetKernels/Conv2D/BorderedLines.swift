/// Lines of an int8 image as a matrix product takes them, with a border of zeros, so that every window
/// over them lies inside.
struct BorderedLines {
  let form: QS8GEMM.Form
  /// Pixels of the image in a line, and of the border to its left.
  let imageWidth: Int
  let left: Int
  let channels: Int
  /// Elements of a pixel in the copy, at least `channels`; what is between is left as it was.
  let pixelStride: Int
  let zeroPoint: Int32
  let widen: QS8Widen.Variant

  /// Writes the lines of the image that begin at `first`, which may be outside of it.
  ///
  /// - Parameters:
  ///   - columns: The part of the lines wanted, in pixels of the bordered line; it is written from
  ///     `to` on with lines of its own length.
  func fill(
    _ image: UnsafePointer<Int8>, height: Int, first: Int, count: Int, columns: Range<Int>,
    to: UnsafeMutableRawPointer
  ) {
    let begin = max(columns.lowerBound, left)
    let inside = begin..<max(begin, min(columns.upperBound, left + imageWidth))
    let pixelBytes = pixelStride * form.elementBytes
    let lineBytes = columns.count * pixelBytes
    let before = (inside.lowerBound - columns.lowerBound) * pixelBytes
    let body = inside.count * pixelBytes
    let border = form.border(zeroPoint: zeroPoint)
    for line in 0..<count {
      let target = to + line * lineBytes
      let y = first + line
      guard y >= 0, y < height, !inside.isEmpty else {
        target.initializeMemory(as: UInt8.self, repeating: border, count: lineBytes)
        continue
      }
      target.initializeMemory(as: UInt8.self, repeating: border, count: before)
      (target + before + body).initializeMemory(
        as: UInt8.self, repeating: border, count: lineBytes - before - body)
      let source = image + (y * imageWidth + inside.lowerBound - left) * channels
      if pixelStride == channels {
        form.copy(source, count: inside.count * channels, zeroPoint, widen, to: target + before)
      } else {
        widen.run(
          rows: inside.count, count: channels, from: source, fromStride: channels,
          zeroPoint: zeroPoint, to: (target + before).assumingMemoryBound(to: Int16.self),
          toStride: pixelStride)
      }
    }
  }
}

extension QS8GEMM.Form {
  /// Brings `count` codes into this form.
  func copy(
    _ source: UnsafePointer<Int8>, count: Int, _ zeroPoint: Int32, _ widen: QS8Widen.Variant,
    to target: UnsafeMutableRawPointer
  ) {
    switch self {
    case .pairs:
      widen.run(
        rows: 1, count: count, from: source, fromStride: 0, zeroPoint: zeroPoint,
        to: target.assumingMemoryBound(to: Int16.self), toStride: 0)
    case .quads:
      QS8Widen.flip(
        count: count, from: source, to: target.assumingMemoryBound(to: UInt8.self))
    case .signedQuads:
      target.copyMemory(from: source, byteCount: count)
    }
  }
}
