/// Direct convolution of an int16 image with int8 weights, of any stride, dilation and number of groups.
package final class QS16Conv2D {
  private let implementation: DirectConv2D<QS16DirectArithmetic>

  /// Nil if the border would make a band larger than 2^25 values.
  ///
  /// - Parameters:
  ///   - weights: int8 [outputChannels][kernelHeight][kernelWidth][inputChannels / groups].
  ///   - pool: Packs the weights.
  package init?(
    _ geometry: Conv2DGeometry, groups: Int, weights: UnsafePointer<Int8>, _ output: QS16Output,
    pool: WorkPool, gemm: QS16GEMM.Variant = QS16GEMM.best
  ) {
    guard
      let implementation = DirectConv2D(
        QS16DirectArithmetic(
          geometry: geometry, groups: groups, weights: weights, output: output, gemm: gemm),
        pool: pool)
    else { return nil }
    self.implementation = implementation
  }

  package var kernel: String { implementation.kernel }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Int16>, threads: Int, scratch: Scratch
  ) -> [Work] {
    implementation.phases(images, threads: threads, scratch: scratch)
  }
}

private struct QS16DirectArithmetic: DirectArithmetic {
  let geometry: Conv2DGeometry
  let groups: Int
  let weights: UnsafePointer<Int8>
  let output: QS16Output
  let gemm: QS16GEMM.Variant

  var name: StaticString { gemm.name }
  var columns: Int { 16 }
  var elementBytes: Int { MemoryLayout<Int16>.size }
  var slack: Int { 2 }
  var readsInPlace: Bool { false }

  func blockBytes(runs: Int, runLength: Int) -> Int {
    QS8GEMM.blockBytes(.pairs, runs: runs, runLength: runLength)
  }

  func pack(
    block: Int, firstChannel: Int, n: Int, runs: Int, runLength: Int,
    into packed: UnsafeMutableRawPointer
  ) {
    QS8GEMM.packWeights(
      .pairs, weights + firstChannel * runs * runLength, block: block, n: n, runs: runs,
      runLength: runLength, into: packed)
  }

  func fill(
    _ bands: BandPlan, _ image: UnsafePointer<Int16>, batch: Int, band: Int,
    to buffer: UnsafeMutableRawPointer
  ) {
    let (g, channels) = (geometry, geometry.inputChannels)
    let target = buffer.assumingMemoryBound(to: Int16.self)
    if bands.isPointwise {
      let pixels = bands.pixels(of: band)
      target.update(
        from: image + pixels.lowerBound * channels, count: pixels.count * channels)
      return
    }
    g.forEachLine(bands.lines(of: band), columns: 0..<bands.width) { line, before, pixel, count in
      let place = target + line * bands.lineStride
      place.update(repeating: 0, count: bands.lineStride)
      (place + before * channels).update(from: image + pixel * channels, count: count * channels)
    }
  }

  func product(
    m: Int, n: Int, _ rows: PatchRows, weights: UnsafeRawPointer, channel: Int,
    to result: UnsafeMutableRawPointer, pixelStride: Int
  ) {
    gemm.run(
      m: m, n: n,
      a: QS8GEMM.Rows(
        .pairs, base: rows.base, rowOffsets: rows.rowOffsets, runOffsets: rows.runOffsets,
        runs: rows.runs, runLength: rows.runLength),
      weights: weights, output: output, channel: channel,
      c: result.assumingMemoryBound(to: Int16.self), cStride: pixelStride)
  }
}
