/// An int8 convolution of a model: its sizes, its weights and what becomes of its sums.
package struct QS8Convolution {
  package let geometry: Conv2DGeometry
  package let groups: Int
  /// int8 [outputChannels][kernelHeight][kernelWidth][inputChannels / groups].
  package let weights: UnsafePointer<Int8>
  /// −128...127. Padding has this value, so it adds nothing to a sum.
  package let inputZeroPoint: Int32
  /// Those of the images, where each has its own, which is known when a run gets here.
  package let zeroPoints: UnsafePointer<Int32>?
  package let output: QS8Output

  package init(
    geometry: Conv2DGeometry, groups: Int = 1, weights: UnsafePointer<Int8>,
    inputZeroPoint: Int32, zeroPoints: UnsafePointer<Int32>? = nil, output: QS8Output
  ) {
    self.geometry = geometry
    self.groups = groups
    self.weights = weights
    self.inputZeroPoint = inputZeroPoint
    self.zeroPoints = zeroPoints
    self.output = output
  }

  /// An upper bound of any sum's magnitude, over all images.
  func sumBound() -> Int {
    let g = geometry
    let depth = g.kernelHeight * g.kernelWidth * g.inputChannels / groups
    let (most, least) = (127 - Int(inputZeroPoint), 128 + Int(inputZeroPoint))
    if depth * 128 * 255 < 1 << 29 { return depth * 128 * 255 }
    var bound = 0
    for channel in 0..<g.outputChannels {
      var (positive, negative) = (0, 0)
      for i in 0..<depth {
        let weight = Int(weights[channel * depth + i])
        if weight > 0 { positive += weight } else { negative -= weight }
      }
      bound = max(
        bound, positive * most + negative * least, positive * least + negative * most)
    }
    return bound
  }

  /// Copies what `band` of an image sees, of which `batch` is the number.
  func fill(
    _ bands: BandPlan, _ input: UnsafePointer<Int8>, batch: Int, band: Int,
    _ form: QS8GEMM.Form,
    _ widen: QS8Widen.Variant, to buffer: UnsafeMutableRawPointer
  ) {
    let g = geometry
    let zeroPoint = zeroPoints?[batch] ?? inputZeroPoint
    if bands.isPointwise {
      let pixels = bands.pixels(of: band)
      form.copy(
        input + pixels.lowerBound * g.inputChannels, count: pixels.count * g.inputChannels,
        zeroPoint, widen, to: buffer)
      return
    }
    BorderedLines(
      form: form, geometry: g, pixelStride: bands.pixelStride, zeroPoint: zeroPoint, widen: widen
    ).fill(input, lines: bands.lines(of: band), columns: 0..<bands.width, to: buffer)
  }
}
