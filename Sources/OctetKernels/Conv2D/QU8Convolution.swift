/// A convolution of uint8 codes, whose weights have a zero point too: its sizes, its weights and what becomes of its sums.
package struct QU8Convolution {
  package let geometry: Conv2DGeometry
  package let groups: Int
  /// uint8 [outputChannels][kernelHeight][kernelWidth][inputChannels / groups].
  package let weights: UnsafePointer<UInt8>
  package let weightZeroPoint: Int32
  /// Padding has this value, so it adds nothing to a sum.
  package let inputZeroPoint: Int32
  package let output: QS8Output

  /// - Parameters:
  ///   - bias: added to the sums modulo 2^32; nil for none.
  ///   - scaling: of sums of `depth` products.
  ///   - bounds: of the code, after the zero point.
  ///   - table: what the clamped codes go through.
  package init(
    geometry: Conv2DGeometry, groups: Int = 1, weights: UnsafePointer<UInt8>,
    weightZeroPoint: Int32, inputZeroPoint: Int32, depth: Int, bias: UnsafePointer<Int32>?,
    scaling: QS8Output.Scaling, zeroPoint: Int32, bounds: (low: UInt8, high: UInt8),
    table: ByteTable?
  ) {
    self.geometry = geometry
    self.groups = groups
    self.weights = weights
    self.weightZeroPoint = weightZeroPoint
    self.inputZeroPoint = inputZeroPoint
    // Kernels write int8: codes less 128, which the table makes up for.
    output = QS8Output(
      channels: geometry.outputChannels, bias: bias, scaling: scaling,
      sumBound: 2 * QS8Output.sumBound(depth: min(depth, 1 << 40)), zeroPoint: zeroPoint - 128,
      bounds: (
        Int8(truncatingIfNeeded: Int(bounds.low) - 128),
        Int8(truncatingIfNeeded: Int(bounds.high) - 128)
      ),
      table: ByteTable { byte in
        let code = byte ^ 0x80
        return table.map { $0.result(of: code) } ?? code
      })
  }

  /// A weight less the zero point.
  func weight(_ index: Int) -> Int16 { Int16(weights[index]) - Int16(weightZeroPoint) }

  /// Copies what `band` of an image sees, less the zero point.
  func fill(
    _ bands: BandPlan, _ image: UnsafePointer<UInt8>, band: Int,
    to target: UnsafeMutablePointer<Int16>
  ) {
    let (g, channels) = (geometry, geometry.inputChannels)
    if bands.isPointwise {
      let pixels = bands.pixels(of: band)
      widen(image + pixels.lowerBound * channels, count: pixels.count * channels, to: target)
      return
    }
    let stride = bands.pixelStride
    g.forEachLine(bands.lines(of: band), columns: 0..<bands.width) { line, before, pixel, count in
      let (place, source) = (target + line * bands.lineStride, image + pixel * channels)
      place.update(repeating: 0, count: bands.lineStride)
      let inside = place + before * stride
      if stride == channels {
        widen(source, count: count * channels, to: inside)
      } else {
        for x in 0..<count {
          widen(source + x * channels, count: channels, to: inside + x * stride)
        }
      }
    }
  }

  private func widen(_ source: UnsafePointer<UInt8>, count: Int, to: UnsafeMutablePointer<Int16>) {
    let zeroPoint = Int16(inputZeroPoint)
    for i in 0..<count { to[i] = Int16(source[i]) &- zeroPoint }
  }
}

/// Direct uint8 convolution, of any stride, dilation and number of groups.
package final class QU8DirectConv2D {
  private let implementation: DirectConv2D<QU8DirectArithmetic>

  /// Nil if the border would make a band larger than 2^25 values.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(
    _ convolution: QU8Convolution, pool: WorkPool, gemm: QS8GEMM.Variant = QS8GEMM.bestOfPairs
  ) {
    guard
      let implementation = DirectConv2D(
        QU8DirectArithmetic(convolution: convolution, gemm: gemm), pool: pool)
    else { return nil }
    self.implementation = implementation
  }

  package var kernel: String { implementation.kernel }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<UInt8>, threads: Int, scratch: Scratch
  ) -> [Work] {
    implementation.phases(images, threads: threads, scratch: scratch)
  }
}

private struct QU8DirectArithmetic: DirectArithmetic {
  let convolution: QU8Convolution
  let gemm: QS8GEMM.Variant

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
    let count = blockBytes(runs: runs, runLength: runLength) / 2
    let target = packed.bindMemory(to: Int16.self, capacity: count)
    target.initialize(repeating: 0, count: count)
    let groups = (runLength + 1) / 2
    for lane in 0..<min(16, n - 16 * block) {
      let channel = firstChannel + 16 * block + lane
      for run in 0..<runs {
        let first = (channel * runs + run) * runLength
        for i in 0..<runLength {
          target[32 * (run * groups + i / 2) + 2 * lane + i % 2] = convolution.weight(first + i)
        }
      }
    }
  }

  func fill(
    _ bands: BandPlan, _ image: UnsafePointer<UInt8>, batch: Int, band: Int,
    to buffer: UnsafeMutableRawPointer
  ) {
    convolution.fill(
      bands, image, band: band, to: buffer.assumingMemoryBound(to: Int16.self))
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
      weights: weights, output: convolution.output, channel: channel,
      c: result, cStride: pixelStride)
  }
}
