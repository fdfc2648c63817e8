/// How an image is taken in bands, each of which is copied with a border of zeros, so that every window
/// of its output pixels lies inside the copy.
///
/// A pointwise convolution sees an image as one line of pixels, in any part of it.
struct BandPlan {
  let geometry: Conv2DGeometry
  /// Elements of a pixel in the copy.
  let pixelStride: Int
  /// Pixels of a line in the copy.
  let width: Int
  /// Whether bands are of pixels, not of lines.
  let isPointwise: Bool
  /// Output lines of a band; pixels if it is pointwise.
  let extent: Int
  let count: Int
  /// Most output pixels of a band.
  let pixels: Int
  /// Most elements of a band's copy.
  let elements: Int

  /// No copy of more elements is made.
  private static let limit = 1 << 25

  /// Plans bands of about 96 output pixels or more, so that weights are read seldom, and of at most
  /// 192 KiB where lines are not longer than that, so that they stay in a second-level cache. Several
  /// threads get two bands each where these have 24 pixels or more.
  ///
  /// Nil if a band would need more than 2^25 elements.
  init?(_ g: Conv2DGeometry, pixelStride: Int, elementBytes: Int, threads: Int) {
    let share = threads == 1 ? g.outputPixels : g.outputPixels / (2 * threads)
    let wanted = (
      pixels: min(96, max(24, share)), elements: (192 << 10) / elementBytes,
      most: max(24, share)
    )
    let reach = (g.kernelWidth - 1).multipliedReportingOverflow(by: g.dilationWidth)
    let tall = (g.kernelHeight - 1).multipliedReportingOverflow(by: g.dilationHeight)
    guard !reach.overflow, !tall.overflow, reach.partialValue < Self.limit,
      tall.partialValue < Self.limit, pixelStride <= Self.limit
    else { return nil }
    let isPointwise = g.isPointwise && pixelStride == g.inputChannels
    let width =
      isPointwise
      ? 1
      : max(g.padLeft + g.inputWidth, (g.outputWidth - 1) * g.strideWidth + reach.partialValue + 1)
    let line = width.multipliedReportingOverflow(by: pixelStride)
    guard !line.overflow, line.partialValue <= Self.limit else { return nil }
    func elements(_ extent: Int) -> Int {
      let lines = isPointwise ? extent : (extent - 1) * g.strideHeight + tall.partialValue + 1
      let (product, overflow) = lines.multipliedReportingOverflow(by: line.partialValue)
      return overflow ? .max : product
    }
    let total = isPointwise ? g.outputPixels : g.outputHeight
    var extent = 1
    if isPointwise {
      extent = min(total, max(24, min(wanted.pixels, wanted.elements / pixelStride / 12 * 12)))
    } else {
      while extent < total, (extent + 1) * g.outputWidth <= max(wanted.most, wanted.pixels),
        extent * g.outputWidth < wanted.pixels || extent < 4 * g.kernelHeight,
        elements(extent + 1) <= wanted.elements
      { extent += 1 }
    }
    // Bands of like size: a small last one would read the weights for few pixels.
    count = (total + extent - 1) / extent
    extent = (total + count - 1) / count
    guard elements(extent) <= Self.limit else { return nil }
    geometry = g
    self.pixelStride = pixelStride
    self.width = width
    self.extent = extent
    pixels = isPointwise ? extent : extent * g.outputWidth
    self.elements = elements(extent)
    self.isPointwise = isPointwise
  }

  var lineStride: Int { width * pixelStride }

  /// The output pixels of a band.
  func pixels(of band: Int) -> Range<Int> {
    let unit = isPointwise ? 1 : geometry.outputWidth
    return band * extent * unit..<min((band + 1) * extent * unit, geometry.outputPixels)
  }

  /// The lines of the image that a band of more than pointwise kernels sees; some may lie outside of it.
  func lines(of band: Int) -> Range<Int> {
    let last = min((band + 1) * extent, geometry.outputHeight) - 1
    return band * extent * geometry.strideHeight - geometry.padTop..<last * geometry.strideHeight
      - geometry.padTop + (geometry.kernelHeight - 1) * geometry.dilationHeight + 1
  }

  /// Repeats each value of the copy's pixels, whose `channels` values lie at their beginning, `times` times.
  func repeatChannels<Element>(
    _ copy: UnsafeMutablePointer<Element>, channels: Int, times: Int
  ) {
    for pixel in stride(from: 0, to: elements, by: pixelStride) {
      for channel in (0..<channels).reversed() {
        (copy + pixel + channel * times).update(repeating: copy[pixel + channel], count: times)
      }
    }
  }

  /// Where a band's pixels begin, then where `count` runs or taps do, `perLine` of them on a line of the
  /// kernel. Those beyond the kernel repeat its last one. The caller frees them.
  func offsets(runs count: Int, perLine: Int) -> UnsafeMutablePointer<Int32> {
    let offsets = UnsafeMutablePointer<Int32>.aligned(pixels + count)
    for i in 0..<pixels { offsets[i] = rowOffset(i) }
    let last = geometry.kernelHeight * perLine - 1
    for run in 0..<count {
      let (i, j) = min(run, last).quotientAndRemainder(dividingBy: perLine)
      offsets[pixels + run] = tapOffset(i, j)
    }
    return offsets
  }

  /// The first element that output pixel `index` of a band sees, from the copy's start.
  private func rowOffset(_ index: Int) -> Int32 {
    if isPointwise { return Int32(index * pixelStride) }
    let (y, x) = index.quotientAndRemainder(dividingBy: geometry.outputWidth)
    return Int32(y * geometry.strideHeight * lineStride + x * geometry.strideWidth * pixelStride)
  }

  /// The place of kernel element (i, j), from the first element that a pixel sees.
  private func tapOffset(_ i: Int, _ j: Int) -> Int32 {
    Int32(i * geometry.dilationHeight * lineStride + j * geometry.dilationWidth * pixelStride)
  }
}
