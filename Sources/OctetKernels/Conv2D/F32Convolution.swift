/// A float32 convolution of a model: its sizes, its weights and what becomes of its sums.
package struct F32Convolution {
  package let geometry: Conv2DGeometry
  package let groups: Int
  /// [outputChannels][kernelHeight][kernelWidth][inputChannels / groups].
  package let weights: UnsafePointer<Float>
  package let output: F32Output

  package init(
    geometry: Conv2DGeometry, groups: Int = 1, weights: UnsafePointer<Float>, output: F32Output
  ) {
    self.geometry = geometry
    self.groups = groups
    self.weights = weights
    self.output = output
  }

  /// Copies lines of an image with zeros around it.
  ///
  /// - Parameters:
  ///   - first: The first line, which may be outside of the image.
  ///   - columns: The part of the bordered lines wanted, in pixels; it is written from `to` on with lines of
  ///     its own length, pixels `pixelStride` elements apart. What is between pixels becomes zero.
  func fill(
    _ image: UnsafePointer<Float>, first: Int, count: Int, columns: Range<Int>, pixelStride: Int,
    to: UnsafeMutablePointer<Float>
  ) {
    let (g, channels) = (geometry, geometry.inputChannels)
    let begin = max(columns.lowerBound, g.padLeft)
    let inside = begin..<max(begin, min(columns.upperBound, g.padLeft + g.inputWidth))
    let lineStride = columns.count * pixelStride
    let before = (inside.lowerBound - columns.lowerBound) * pixelStride
    let body = inside.count * pixelStride
    for line in 0..<count {
      let target = to + line * lineStride
      let y = first + line
      guard y >= 0, y < g.inputHeight, !inside.isEmpty else {
        target.update(repeating: 0, count: lineStride)
        continue
      }
      let source = image + (y * g.inputWidth + inside.lowerBound - g.padLeft) * channels
      if pixelStride == channels {
        target.update(repeating: 0, count: before)
        (target + before).update(from: source, count: body)
        (target + before + body).update(repeating: 0, count: lineStride - before - body)
      } else {
        target.update(repeating: 0, count: lineStride)
        for pixel in 0..<inside.count {
          (target + before + pixel * pixelStride).update(
            from: source + pixel * channels, count: channels)
        }
      }
    }
  }

  /// Copies what a band of an image sees.
  func fill(
    _ bands: BandPlan, _ image: UnsafePointer<Float>, band: Int,
    to buffer: UnsafeMutablePointer<Float>
  ) {
    let lines = bands.lines(of: band)
    fill(
      image, first: lines.lowerBound, count: lines.count, columns: 0..<bands.width,
      pixelStride: bands.pixelStride, to: buffer)
  }
}
