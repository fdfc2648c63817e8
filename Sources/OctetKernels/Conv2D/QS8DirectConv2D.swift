import COctetKernels

/// Convolution as a matrix product whose rows are read where they lie: in a band of the image, widened
/// to int16 and bordered with zeros. Takes any stride, dilation and number of groups.
package final class QS8DirectConv2D {
  private let convolution: QS8Convolution
  private let gemm: QS8GEMM.Variant
  private let widen: QS8Widen.Variant
  private let bands: BandPlan
  private let runs: Int
  private let runLength: Int
  /// Output channels of a group, and blocks of 16 of them.
  private let groupChannels: Int
  private let groupBlocks: Int
  private let output: QS8Output
  private let packed: UnsafeMutableRawPointer
  /// Of the band's pixels, then of the runs.
  private let offsets: UnsafeMutablePointer<Int32>

  /// Nil if the border would make a band larger than 2^26 bytes.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(
    _ convolution: QS8Convolution, pool: WorkPool, gemm: QS8GEMM.Variant = QS8GEMM.best,
    widen: QS8Widen.Variant = QS8Widen.best
  ) {
    let (g, groups) = (convolution.geometry, convolution.groups)
    guard
      let bands = BandPlan(
        g, pixelStride: g.inputChannels, elementBytes: gemm.form.elementBytes,
        threads: pool.threadCount)
    else { return nil }
    self.convolution = convolution
    self.gemm = gemm
    self.widen = widen
    self.bands = bands
    // A line of the kernel is one run where its values lie side by side.
    let isWhole = groups == 1 && g.dilationWidth == 1
    let runs = g.kernelHeight * (isWhole ? 1 : g.kernelWidth)
    let runLength = (isWhole ? g.kernelWidth : 1) * g.inputChannels / groups
    let groupChannels = g.outputChannels / groups
    let groupBlocks = QS8GEMM.blocks(groupChannels)
    self.runs = runs
    self.runLength = runLength
    self.groupChannels = groupChannels
    self.groupBlocks = groupBlocks
    output = convolution.output.corrected(
      for: gemm.form, weights: convolution.weights, depth: runs * runLength,
      inputZeroPoint: convolution.inputZeroPoint)
    let block = QS8GEMM.blockBytes(gemm.form, runs: runs, runLength: runLength)
    let packed = UnsafeMutableRawPointer.allocate(
      byteCount: groups * groupBlocks * block, alignment: 64)
    self.packed = packed
    pool.run(
      Work(count: groups * groupBlocks) { unit, _ in
        let (group, index) = unit.quotientAndRemainder(dividingBy: groupBlocks)
        QS8GEMM.packWeights(
          gemm.form, convolution.weights + group * groupChannels * runs * runLength, block: index,
          n: groupChannels, runs: runs, runLength: runLength, into: packed + unit * block)
      })
    offsets = .aligned(bands.pixels + runs)
    for i in 0..<bands.pixels { offsets[i] = bands.rowOffset(i) }
    for run in 0..<runs {
      let (i, j) = run.quotientAndRemainder(dividingBy: runs / g.kernelHeight)
      offsets[bands.pixels + run] = bands.tapOffset(i, j)
    }
  }

  deinit {
    packed.deallocate()
    offsets.deallocate()
  }

  package var kernel: String { "\(gemm.name)" }

  /// The estimated cost of one image, in vector multiply-adds.
  package static func cost(
    _ convolution: QS8Convolution, _ gemm: QS8GEMM.Variant = QS8GEMM.best
  ) -> Int {
    let g = convolution.geometry
    let blocks = convolution.groups * QS8GEMM.blocks(g.outputChannels / convolution.groups)
    let depth = g.patchCount / convolution.groups
    return g.outputPixels * blocks * (depth + 2 * g.kernelHeight) / gemm.speed
  }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Int8>, threads: Int, scratch: Scratch
  ) -> [Work] {
    scratch.require(
      shared: 0, perWorker: (bands.elements + gemm.form.group) * gemm.form.elementBytes)
    let unitBlocks = gemm.columns / 16
    let groupUnits = (groupBlocks + unitBlocks - 1) / unitBlocks
    let units = convolution.groups * groupUnits
    let items = images.batches * bands.count
    let wanted = threads == 1 ? 1 : (4 * threads + items - 1) / items
    let parts = min(units, wanted)
    return [
      Work(count: items * parts) { [self] item, worker in
        let (place, part) = item.quotientAndRemainder(dividingBy: parts)
        let (batch, band) = place.quotientAndRemainder(dividingBy: bands.count)
        compute(
          images, batch: batch, band: band,
          units: part * units / parts..<(part + 1) * units / parts,
          groupUnits: groupUnits, scratch.part(of: worker))
      }
    ]
  }

  /// - Parameter units: Parts of a group of as many channels as the product takes at once.
  private func compute(
    _ images: ConvolutionImages<Int8>, batch: Int, band: Int, units: Range<Int>, groupUnits: Int,
    _ buffer: UnsafeMutableRawPointer
  ) {
    let g = convolution.geometry
    convolution.fill(bands, images, batch: batch, band: band, gemm.form, widen, to: buffer)
    let pixels = bands.pixels(of: band)
    let result =
      images.result + (batch * g.outputPixels + pixels.lowerBound) * images.pixelStride
    let depthBytes = g.inputChannels / convolution.groups * gemm.form.elementBytes
    let blockBytes = QS8GEMM.blockBytes(gemm.form, runs: runs, runLength: runLength)
    for unit in units {
      let (group, index) = unit.quotientAndRemainder(dividingBy: groupUnits)
      let first = index * gemm.columns
      let channel = group * groupChannels + first
      gemm.run(
        m: pixels.count, n: min(gemm.columns, groupChannels - first),
        a: QS8GEMM.Rows(
          gemm.form, base: buffer + group * depthBytes, rowOffsets: offsets,
          runOffsets: offsets + bands.pixels, runs: runs, runLength: runLength),
        weights: packed + (group * groupBlocks + first / 16) * blockBytes, output: output,
        channel: channel, c: result + channel, cStride: images.pixelStride)
    }
  }
}
