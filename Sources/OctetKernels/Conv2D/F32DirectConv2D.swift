/// Direct float convolution, of any stride, dilation and number of groups.
///
/// Padding enters the sum as zero times weight, so an infinite or NaN weight makes border pixels NaN.
package final class F32DirectConv2D {
  private let implementation: DirectConv2D<F32DirectArithmetic>

  /// Nil if the border would make a band larger than 2^25 values.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(
    _ convolution: F32Convolution, pool: WorkPool, gemm: F32GEMM.Variant = F32GEMM.best
  ) {
    guard
      let implementation = DirectConv2D(
        F32DirectArithmetic(convolution: convolution, gemm: gemm), pool: pool)
    else { return nil }
    self.implementation = implementation
  }

  package var kernel: String { implementation.kernel }

  /// The estimated cost of one image, in vector multiply-adds.
  package static func cost(_ convolution: F32Convolution) -> Int {
    DirectConv2D<F32DirectArithmetic>.cost(convolution.geometry, groups: convolution.groups)
  }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Float>, threads: Int, scratch: Scratch
  ) -> [Work] {
    implementation.phases(images, threads: threads, scratch: scratch)
  }
}

private struct F32DirectArithmetic: DirectArithmetic {
  let convolution: F32Convolution
  let gemm: F32GEMM.Variant

  var geometry: Conv2DGeometry { convolution.geometry }
  var groups: Int { convolution.groups }
  var name: StaticString { gemm.name }
  var columns: Int { gemm.columns }
  var elementBytes: Int { MemoryLayout<Float>.stride }
  var slack: Int { 0 }
  var readsInPlace: Bool { true }

  func blockBytes(runs: Int, runLength: Int) -> Int { 16 * runs * runLength * elementBytes }

  func pack(
    block: Int, firstChannel: Int, n: Int, runs: Int, runLength: Int,
    into packed: UnsafeMutableRawPointer
  ) {
    let depth = runs * runLength
    F32GEMM.packWeights(
      convolution.weights + firstChannel * depth, block: block, n: n, k: depth,
      into: packed.bindMemory(to: Float.self, capacity: 16 * depth))
  }

  func fill(
    _ bands: BandPlan, _ image: UnsafePointer<Float>, batch: Int, band: Int,
    to buffer: UnsafeMutableRawPointer
  ) {
    convolution.fill(
      bands, image, band: band,
      to: buffer.bindMemory(to: Float.self, capacity: bands.elements))
  }

  func product(
    m: Int, n: Int, _ rows: PatchRows, weights: UnsafeRawPointer, channel: Int,
    to result: UnsafeMutableRawPointer, pixelStride: Int
  ) {
    gemm.run(
      m: m, n: n,
      a: F32GEMM.Rows(
        base: rows.base.assumingMemoryBound(to: Float.self), rowOffsets: rows.rowOffsets,
        runOffsets: rows.runOffsets, runs: rows.runs, runLength: rows.runLength),
      weights: weights.assumingMemoryBound(to: Float.self), output: output, channel: channel,
      c: result.assumingMemoryBound(to: Float.self), cStride: pixelStride)
  }

  private var output: F32Output { convolution.output }
}
