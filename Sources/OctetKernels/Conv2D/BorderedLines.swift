extension Conv2DGeometry {
  /// Goes through lines of the image as they are with a border around it.
  ///
  /// - Parameters:
  ///   - lines: Some may be outside of the image.
  ///   - columns: The part of each line wanted, in pixels of the bordered line.
  ///   - body: Is given the place of the line among them, its pixels of border before the image's, the image's first pixel
  ///     and how many of its pixels there are: none on a line outside. The others are border.
  @inline(__always)
  func forEachLine(
    _ lines: Range<Int>, columns: Range<Int>,
    _ body: (_ line: Int, _ before: Int, _ pixel: Int, _ count: Int) -> Void
  ) {
    let begin = max(columns.lowerBound, padLeft)
    let count = max(0, min(columns.upperBound, padLeft + inputWidth) - begin)
    for (line, y) in lines.enumerated() {
      if y >= 0, y < inputHeight, count > 0 {
        body(line, begin - columns.lowerBound, y * inputWidth + begin - padLeft, count)
      } else {
        body(line, columns.count, 0, 0)
      }
    }
  }
}

/// Lines of an int8 image as a matrix product takes them, with a border of zeros, so that every window
/// over them lies inside.
struct BorderedLines {
  let form: QS8GEMM.Form
  let geometry: Conv2DGeometry
  /// Elements of a pixel in the copy, at least those of the image's; what is between is left as it was.
  let pixelStride: Int
  let zeroPoint: Int32
  let widen: QS8Widen.Variant

  /// Writes lines of the image, of which some may be outside of it.
  ///
  /// - Parameters:
  ///   - columns: The part of the lines wanted, in pixels of the bordered line; it is written from
  ///     `to` on with lines of its own length.
  func fill(
    _ image: UnsafePointer<Int8>, lines: Range<Int>, columns: Range<Int>,
    to: UnsafeMutableRawPointer
  ) {
    let channels = geometry.inputChannels
    let pixelBytes = pixelStride * form.elementBytes
    let lineBytes = columns.count * pixelBytes
    let border = form.border(zeroPoint: zeroPoint)
    geometry.forEachLine(lines, columns: columns) { line, before, pixel, count in
      let target = to + line * lineBytes
      let inside = target + before * pixelBytes
      let after = lineBytes - (before + count) * pixelBytes
      target.initializeMemory(as: UInt8.self, repeating: border, count: before * pixelBytes)
      (inside + count * pixelBytes).initializeMemory(
        as: UInt8.self, repeating: border, count: after)
      let source = image + pixel * channels
      if pixelStride == channels {
        form.copy(source, count: count * channels, zeroPoint, widen, to: inside)
      } else {
        widen.run(
          rows: count, count: channels, from: source, fromStride: channels, zeroPoint: zeroPoint,
          to: inside.assumingMemoryBound(to: Int16.self), toStride: pixelStride)
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
