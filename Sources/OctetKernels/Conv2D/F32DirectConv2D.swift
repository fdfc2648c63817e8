/// Float convolution as a matrix product whose rows are read where they lie: in a band of the image with a
/// border of zeros or, if it is pointwise, in the image itself. Takes any stride, dilation and number
/// of groups.
///
/// Padding enters the sum as zero times weight, so an infinite or NaN weight makes border pixels NaN.
package final class F32DirectConv2D {
  private let convolution: F32Convolution
  private let gemm: F32GEMM.Variant
  private let bands: BandPlan
  private let runs: Int
  private let runLength: Int
  /// Output channels of a group, and blocks of 16 of them.
  private let groupChannels: Int
  private let groupBlocks: Int
  private let packed: UnsafeMutablePointer<Float>
  /// Of the band's pixels, then of the runs.
  private let offsets: UnsafeMutablePointer<Int32>

  /// Nil if the border would make a band larger than 2^27 bytes.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(
    _ convolution: F32Convolution, pool: WorkPool, gemm: F32GEMM.Variant = F32GEMM.best
  ) {
    let (g, groups) = (convolution.geometry, convolution.groups)
    guard
      let bands = BandPlan(
        g, pixelStride: g.inputChannels, elementBytes: MemoryLayout<Float>.stride,
        threads: pool.threadCount)
    else { return nil }
    self.convolution = convolution
    self.gemm = gemm
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
    let depth = runs * runLength
    let packed = UnsafeMutablePointer<Float>.aligned(groups * groupBlocks * 16 * depth)
    self.packed = packed
    pool.run(
      Work(count: groups * groupBlocks) { unit, _ in
        let (group, index) = unit.quotientAndRemainder(dividingBy: groupBlocks)
        F32GEMM.packWeights(
          convolution.weights + group * groupChannels * depth, block: index, n: groupChannels,
          k: depth, into: packed + unit * 16 * depth)
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
  package static func cost(_ convolution: F32Convolution) -> Int {
    let g = convolution.geometry
    let blocks = convolution.groups * QS8GEMM.blocks(g.outputChannels / convolution.groups)
    let depth = g.patchCount / convolution.groups
    return g.outputPixels * blocks * (depth + 2 * g.kernelHeight)
  }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Float>, threads: Int, scratch: Scratch
  ) -> [Work] {
    if !bands.isPointwise {
      scratch.require(shared: 0, perWorker: bands.elements * MemoryLayout<Float>.stride)
    }
    let unitBlocks = max(1, gemm.columns / 16)
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
          units: part * units / parts..<(part + 1) * units / parts, groupUnits: groupUnits,
          scratch.part(of: worker).assumingMemoryBound(to: Float.self))
      }
    ]
  }

  /// - Parameter units: Parts of a group of as many channels as the product takes at once.
  private func compute(
    _ images: ConvolutionImages<Float>, batch: Int, band: Int, units: Range<Int>, groupUnits: Int,
    _ buffer: UnsafeMutablePointer<Float>
  ) {
    let g = convolution.geometry
    let pixels = bands.pixels(of: band)
    let base: UnsafePointer<Float>
    if bands.isPointwise {
      base = images.input + (batch * g.outputPixels + pixels.lowerBound) * g.inputChannels
    } else {
      convolution.fill(bands, images, batch: batch, band: band, to: buffer)
      base = UnsafePointer(buffer)
    }
    let result =
      images.result + (batch * g.outputPixels + pixels.lowerBound) * images.pixelStride
    let depth = g.inputChannels / convolution.groups
    for unit in units {
      let (group, index) = unit.quotientAndRemainder(dividingBy: groupUnits)
      let first = index * gemm.columns
      let channel = group * groupChannels + first
      gemm.run(
        m: pixels.count, n: min(gemm.columns, groupChannels - first),
        a: F32GEMM.Rows(
          base: base + group * depth, rowOffsets: offsets, runOffsets: offsets + bands.pixels,
          runs: runs, runLength: runLength),
        weights: packed + (group * groupBlocks * 16 + first) * runs * runLength,
        output: convolution.output, channel: channel, c: result + channel,
        cStride: images.pixelStride)
    }
  }
}
