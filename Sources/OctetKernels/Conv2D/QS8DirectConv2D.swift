/// Direct int8 convolution, of any stride, dilation and number of groups. Results are int8, or int32 where the output
/// keeps sums.
package final class QS8DirectConv2D {
  private let implementation: DirectConv2D<QS8DirectArithmetic>

  /// Nil if the border would make a band larger than 2^25 values.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(
    _ convolution: QS8Convolution, pool: WorkPool, gemm: QS8GEMM.Variant = QS8GEMM.best,
    widen: QS8Widen.Variant = QS8Widen.best
  ) {
    let output = convolution.output.corrected(
      for: gemm.form, weights: convolution.weights,
      depth: convolution.geometry.patchCount / convolution.groups,
      inputZeroPoint: convolution.inputZeroPoint)
    guard
      let implementation = DirectConv2D(
        QS8DirectArithmetic(
          convolution: convolution, gemm: gemm, widen: widen, output: output), pool: pool)
    else { return nil }
    self.implementation = implementation
  }

  package var kernel: String { implementation.kernel }

  /// The estimated cost of one image, in vector multiply-adds.
  package static func cost(
    _ convolution: QS8Convolution, _ gemm: QS8GEMM.Variant = QS8GEMM.best
  ) -> Int {
    DirectConv2D<QS8DirectArithmetic>.cost(convolution.geometry, groups: convolution.groups)
      / gemm.speed
  }

  /// The work on `images`, whose scratch is asked for here.
  package func phases<Result>(
    _ images: ConvolutionTensors<Int8, Result>, threads: Int, scratch: Scratch
  ) -> [Work] {
    implementation.phases(images, threads: threads, scratch: scratch)
  }
}

private struct QS8DirectArithmetic: DirectArithmetic {
  let convolution: QS8Convolution
  let gemm: QS8GEMM.Variant
  let widen: QS8Widen.Variant
  let output: QS8Output

  var geometry: Conv2DGeometry { convolution.geometry }
  var groups: Int { convolution.groups }
  var name: StaticString { gemm.name }
  var columns: Int { gemm.columns }
  var elementBytes: Int { gemm.form.elementBytes }
  var slack: Int { gemm.form.group }
  var readsInPlace: Bool { false }

  func blockBytes(runs: Int, runLength: Int) -> Int {
    QS8GEMM.blockBytes(gemm.form, runs: runs, runLength: runLength)
  }

  func pack(
    block: Int, firstChannel: Int, n: Int, runs: Int, runLength: Int,
    into packed: UnsafeMutableRawPointer
  ) {
    QS8GEMM.packWeights(
      gemm.form, convolution.weights + firstChannel * runs * runLength, block: block, n: n,
      runs: runs, runLength: runLength, into: packed)
  }

  func fill(
    _ bands: BandPlan, _ image: UnsafePointer<Int8>, batch: Int, band: Int,
    to buffer: UnsafeMutableRawPointer
  ) {
    convolution.fill(bands, image, batch: batch, band: band, gemm.form, widen, to: buffer)
  }

  func product(
    m: Int, n: Int, _ rows: PatchRows, weights: UnsafeRawPointer, channel: Int,
    to result: UnsafeMutableRawPointer, pixelStride: Int
  ) {
    gemm.run(
      m: m, n: n,
      a: QS8GEMM.Rows(
        gemm.form, base: rows.base, rowOffsets: rows.rowOffsets, runOffsets: rows.runOffsets,
        runs: rows.runs, runLength: rows.runLength),
      weights: weights, output: output, channel: channel, c: result, cStride: pixelStride)
  }
}
