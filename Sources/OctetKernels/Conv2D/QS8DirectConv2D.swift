import COctetKernels

/// Convolution as a matrix product whose rows are read where they lie: in a band of the image, widened
/// to int16 and bordered with zeros. Takes any stride, dilation and number of groups.
package final class QS8DirectConv2D {
  private let convolution: QS8Convolution
  private let gemm: QS8GEMM.Variant
  private let plan: Plan
  private let packed: UnsafeMutablePointer<Int16>
  private let offsets: UnsafeMutablePointer<Int32>

  /// Sizes of the band, and of the product that is made of it.
  private struct Plan {
    var lines: WidenedLines
    /// A pointwise convolution sees an image as one line of pixels and takes bands of it.
    var isPointwise: Bool
    /// Output lines of a band, or output pixels if it is pointwise.
    var bandExtent: Int
    var bands: Int
    var bandPixels: Int
    var bandElements: Int
    var runs: Int
    var runLength: Int
    /// Output channels of a group, and blocks of 16 of them.
    var groupChannels: Int
    var groupBlocks: Int
  }

  /// Nil if the border would make a band larger than 2^26 bytes.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(
    _ convolution: QS8Convolution, pool: WorkPool, gemm: QS8GEMM.Variant = QS8GEMM.best,
    widen: QS8Widen.Variant = QS8Widen.best
  ) {
    guard let plan = Self.plan(convolution, widen) else { return nil }
    self.convolution = convolution
    self.gemm = gemm
    self.plan = plan
    let groupWeights = QS8GEMM.packedWeightCount(
      n: plan.groupChannels, runs: plan.runs, runLength: plan.runLength)
    let packed = UnsafeMutablePointer<Int16>.aligned(convolution.groups * groupWeights)
    self.packed = packed
    let depth = plan.runs * plan.runLength
    pool.run(
      Work(count: convolution.groups * plan.groupBlocks) { unit, _ in
        let (group, block) = unit.quotientAndRemainder(dividingBy: plan.groupBlocks)
        QS8GEMM.packWeights(
          convolution.weights + group * plan.groupChannels * depth, block: block,
          n: plan.groupChannels, runs: plan.runs, runLength: plan.runLength,
          into: packed + group * groupWeights + block * groupWeights / plan.groupBlocks)
      })
    offsets = .aligned(plan.bandPixels + plan.runs)
    fillOffsets()
  }

  deinit {
    packed.deallocate()
    offsets.deallocate()
  }

  package var kernel: String { "\(gemm.name)" }

  /// The estimated cost of one image, in vector multiply-adds.
  package static func cost(_ convolution: QS8Convolution) -> Int {
    let g = convolution.geometry
    let blocks = convolution.groups * QS8GEMM.blocks(g.outputChannels / convolution.groups)
    let depth = g.patchCount / convolution.groups
    return g.outputPixels * blocks * (depth + 2 * g.kernelHeight)
  }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: QS8Convolution.Images, threads: Int, scratch: Scratch
  ) -> [Work] {
    scratch.require(
      shared: 0, perWorker: (plan.bandElements + 2) * MemoryLayout<Int16>.stride)
    let units = convolution.groups * plan.groupBlocks
    let items = images.batches * plan.bands
    let wanted = threads == 1 ? 1 : (4 * threads + items - 1) / items
    let parts = min(units, wanted)
    return [
      Work(count: items * parts) { [self] item, worker in
        let (place, part) = item.quotientAndRemainder(dividingBy: parts)
        let (batch, band) = place.quotientAndRemainder(dividingBy: plan.bands)
        compute(
          images, batch: batch, band: band,
          units: part * units / parts..<(part + 1) * units / parts,
          scratch.part(of: worker).assumingMemoryBound(to: Int16.self))
      }
    ]
  }

  private func compute(
    _ images: QS8Convolution.Images, batch: Int, band: Int, units: Range<Int>,
    _ buffer: UnsafeMutablePointer<Int16>
  ) {
    let g = convolution.geometry
    let input = images.input + batch * g.inputHeight * g.inputWidth * g.inputChannels
    let first = band * plan.bandExtent
    let firstPixel: Int
    let pixels: Int
    if plan.isPointwise {
      firstPixel = first
      pixels = min(plan.bandExtent, g.outputPixels - first)
      plan.lines.widen.run(
        rows: 1, count: pixels * g.inputChannels, from: input + first * g.inputChannels,
        fromStride: 0, zeroPoint: convolution.inputZeroPoint, to: buffer, toStride: 0)
    } else {
      let outputLines = min(plan.bandExtent, g.outputHeight - first)
      firstPixel = first * g.outputWidth
      pixels = outputLines * g.outputWidth
      plan.lines.fill(
        input, height: g.inputHeight, first: first * g.strideHeight - g.padTop,
        count: (outputLines - 1) * g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight + 1,
        columns: 0..<plan.lines.width, to: buffer)
    }
    let result =
      images.result + (batch * g.outputPixels + firstPixel) * images.pixelStride
    let depth = g.inputChannels / convolution.groups
    let blockWeights = 32 * plan.runs * ((plan.runLength + 1) / 2)
    for unit in units {
      let (group, block) = unit.quotientAndRemainder(dividingBy: plan.groupBlocks)
      let channel = group * plan.groupChannels + 16 * block
      let rows = QS8GEMM.Rows(
        base: buffer + group * depth, rowOffsets: offsets, runOffsets: offsets + plan.bandPixels,
        runs: plan.runs, runLength: plan.runLength)
      gemm.run(
        m: pixels, n: min(16, plan.groupChannels - 16 * block), a: rows,
        weights: packed + unit * blockWeights, output: convolution.output, channel: channel,
        c: result + channel, cStride: images.pixelStride)
    }
  }

  private func fillOffsets() {
    let g = convolution.geometry
    let pixel = g.inputChannels
    for i in 0..<plan.bandPixels {
      if plan.isPointwise {
        offsets[i] = Int32(i * pixel)
      } else {
        let (y, x) = i.quotientAndRemainder(dividingBy: g.outputWidth)
        offsets[i] = Int32(
          y * g.strideHeight * plan.lines.lineStride + x * g.strideWidth * pixel)
      }
    }
    let lineRuns = plan.runs / g.kernelHeight
    for run in 0..<plan.runs {
      let (i, j) = run.quotientAndRemainder(dividingBy: lineRuns)
      offsets[plan.bandPixels + run] = Int32(
        i * g.dilationHeight * plan.lines.lineStride + j * g.dilationWidth * pixel)
    }
  }

  /// Bands have about 96 pixels or more, so that weights are read seldom, and at most 192 KiB where
  /// lines are not longer than that, so that they stay in a second-level cache.
  private static func plan(_ convolution: QS8Convolution, _ widen: QS8Widen.Variant) -> Plan? {
    let g = convolution.geometry
    let wanted = (pixels: 96, bytes: 192 << 10, limit: 1 << 26)
    let reach = (g.kernelWidth - 1).multipliedReportingOverflow(by: g.dilationWidth)
    let tall = (g.kernelHeight - 1).multipliedReportingOverflow(by: g.dilationHeight)
    guard !reach.overflow, !tall.overflow, reach.partialValue < wanted.limit,
      tall.partialValue < wanted.limit
    else { return nil }
    let width = max(
      g.padLeft + g.inputWidth, (g.outputWidth - 1) * g.strideWidth + reach.partialValue + 1)
    let lines = WidenedLines(
      imageWidth: g.inputWidth, left: g.padLeft, width: width, channels: g.inputChannels,
      pixelStride: g.inputChannels, zeroPoint: convolution.inputZeroPoint, widen: widen)
    let isWhole = convolution.groups == 1 && g.dilationWidth == 1
    let groupChannels = g.outputChannels / convolution.groups
    var plan = Plan(
      lines: lines, isPointwise: g.isPointwise, bandExtent: 1, bands: 1, bandPixels: 0,
      bandElements: 0, runs: g.kernelHeight * (isWhole ? 1 : g.kernelWidth),
      runLength: (isWhole ? g.kernelWidth : 1) * g.inputChannels / convolution.groups,
      groupChannels: groupChannels, groupBlocks: QS8GEMM.blocks(groupChannels))
    if g.isPointwise {
      plan.bandExtent = min(
        g.outputPixels, max(24, min(wanted.pixels, wanted.bytes / 2 / g.inputChannels / 12 * 12)))
      plan.bandPixels = plan.bandExtent
      plan.bands = (g.outputPixels + plan.bandExtent - 1) / plan.bandExtent
      let elements = plan.bandExtent.multipliedReportingOverflow(by: g.inputChannels)
      guard !elements.overflow, elements.partialValue <= wanted.limit / 2 else { return nil }
      plan.bandElements = elements.partialValue
      return plan
    }
    let lineElements = width.multipliedReportingOverflow(by: g.inputChannels)
    guard !lineElements.overflow, lineElements.partialValue <= wanted.limit / 2 else { return nil }
    func elements(_ extent: Int) -> Int {
      let count = (extent - 1) * g.strideHeight + tall.partialValue + 1
      let (product, overflow) = count.multipliedReportingOverflow(by: lineElements.partialValue)
      return overflow ? .max : product
    }
    while plan.bandExtent < g.outputHeight,
      plan.bandExtent * g.outputWidth < wanted.pixels
        || plan.bandExtent < 4 * g.kernelHeight,
      elements(plan.bandExtent + 1) <= wanted.bytes / 2
    { plan.bandExtent += 1 }
    plan.bandElements = elements(plan.bandExtent)
    guard plan.bandElements <= wanted.limit / 2 else { return nil }
    plan.bandPixels = plan.bandExtent * g.outputWidth
    plan.bands = (g.outputHeight + plan.bandExtent - 1) / plan.bandExtent
    return plan
  }
}
