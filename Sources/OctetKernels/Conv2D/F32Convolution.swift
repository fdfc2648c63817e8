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
  ///   - lines: Some may be outside of the image.
  ///   - columns: The part of the bordered lines wanted, in pixels; it is written from `to` on with lines of
  ///     its own length, pixels `pixelStride` elements apart. What is between pixels becomes zero.
  func fill(
    _ image: UnsafePointer<Float>, lines: Range<Int>, columns: Range<Int>, pixelStride: Int,
    to: UnsafeMutablePointer<Float>
  ) {
    let channels = geometry.inputChannels
    let lineStride = columns.count * pixelStride
    geometry.forEachLine(lines, columns: columns) { line, before, pixel, count in
      let (target, source) = (to + line * lineStride, image + pixel * channels)
      let (first, body) = (before * pixelStride, count * pixelStride)
      if pixelStride == channels {
        target.update(repeating: 0, count: first)
        (target + first).update(from: source, count: body)
        (target + first + body).update(repeating: 0, count: lineStride - first - body)
      } else {
        target.update(repeating: 0, count: lineStride)
        for pixel in 0..<count {
          (target + first + pixel * pixelStride).update(
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
    fill(
      image, lines: bands.lines(of: band), columns: 0..<bands.width,
      pixelStride: bands.pixelStride, to: buffer)
  }
}
