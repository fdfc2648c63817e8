/// The arithmetic of direct convolution: how values are copied and weights packed, and what multiplies them.
protocol DirectArithmetic {
  associatedtype Element

  var geometry: Conv2DGeometry { get }
  var groups: Int { get }
  var name: StaticString { get }
  /// Channels that a product takes at once, a multiple of 16.
  var columns: Int { get }
  /// Bytes of a value in the copy, and the values by which a run may read beyond its end.
  var elementBytes: Int { get }
  var slack: Int { get }
  /// Whether a pointwise convolution reads the image where it lies.
  var readsInPlace: Bool { get }

  /// Bytes of a packed block of 16 channels.
  func blockBytes(runs: Int, runLength: Int) -> Int

  /// Packs one block of a group of `n` channels that begins at `firstChannel`.
  func pack(
    block: Int, firstChannel: Int, n: Int, runs: Int, runLength: Int,
    into packed: UnsafeMutableRawPointer)

  /// Copies what a band of an image sees, of which `batch` is the number.
  func fill(
    _ bands: BandPlan, _ image: UnsafePointer<Element>, batch: Int, band: Int,
    to buffer: UnsafeMutableRawPointer)

  /// Computes `n` channels from `channel` on of `m` pixels, whose patches `rows` describes. The result's elements are
  /// of `Element`, or what the arithmetic says.
  func product(
    m: Int, n: Int, _ rows: PatchRows, weights: UnsafeRawPointer, channel: Int,
    to result: UnsafeMutableRawPointer, pixelStride: Int)
}

/// Where the patches of a band's pixels lie, as a matrix product takes its rows.
struct PatchRows {
  let base: UnsafeRawPointer
  let rowOffsets: UnsafePointer<Int32>
  let runOffsets: UnsafePointer<Int32>
  let runs: Int
  let runLength: Int
}

/// Convolution as a matrix product whose rows are read where they lie: in a band of the image with a border
/// of zeros, or in the image itself. Takes any stride, dilation and number of groups.
final class DirectConv2D<Arithmetic: DirectArithmetic> {
  private let arithmetic: Arithmetic
  private let bands: BandPlan
  private let runs: Int
  private let runLength: Int
  /// Output channels of a group, and blocks of 16 of them.
  private let groupChannels: Int
  private let groupBlocks: Int
  private let packed: UnsafeMutableRawPointer
  /// Of the band's pixels, then of the runs.
  private let offsets: UnsafeMutablePointer<Int32>

  /// Nil if the border would make a band of more than 2^25 values.
  ///
  /// - Parameter pool: Packs the weights.
  init?(_ arithmetic: Arithmetic, pool: WorkPool) {
    let (g, groups) = (arithmetic.geometry, arithmetic.groups)
    guard
      let bands = BandPlan(
        g, pixelStride: g.inputChannels, elementBytes: arithmetic.elementBytes,
        threads: pool.threadCount)
    else { return nil }
    self.arithmetic = arithmetic
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
    let block = arithmetic.blockBytes(runs: runs, runLength: runLength)
    let packed = UnsafeMutableRawPointer.allocate(
      byteCount: groups * groupBlocks * block, alignment: 64)
    self.packed = packed
    pool.run(
      Work(count: groups * groupBlocks) { unit, _ in
        let (group, index) = unit.quotientAndRemainder(dividingBy: groupBlocks)
        arithmetic.pack(
          block: index, firstChannel: group * groupChannels, n: groupChannels, runs: runs,
          runLength: runLength, into: packed + unit * block)
      })
    offsets = bands.offsets(runs: runs, perLine: runs / g.kernelHeight)
  }

  deinit {
    packed.deallocate()
    offsets.deallocate()
  }

  var kernel: String { "\(arithmetic.name)" }

  /// The estimated cost of one image, in vector multiply-adds.
  static func cost(_ g: Conv2DGeometry, groups: Int) -> Int {
    let blocks = groups * QS8GEMM.blocks(g.outputChannels / groups)
    return g.outputPixels * blocks * (g.patchCount / groups + 2 * g.kernelHeight)
  }

  /// The work on `images`, whose scratch is asked for here.
  func phases<Result>(
    _ images: ConvolutionTensors<Arithmetic.Element, Result>, threads: Int, scratch: Scratch
  ) -> [Work] {
    let isInPlace = bands.isPointwise && arithmetic.readsInPlace
    let values = isInPlace ? 0 : bands.elements + arithmetic.slack
    scratch.require(shared: 0, perWorker: values * arithmetic.elementBytes)
    let groupUnits = (groupChannels + arithmetic.columns - 1) / arithmetic.columns
    let units = arithmetic.groups * groupUnits
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
          isInPlace ? nil : scratch.part(of: worker))
      }
    ]
  }

  /// - Parameters:
  ///   - units: Parts of a group of as many channels as the product takes at once.
  ///   - buffer: For the copy; nil to read the image.
  private func compute<Result>(
    _ images: ConvolutionTensors<Arithmetic.Element, Result>, batch: Int, band: Int,
    units: Range<Int>,
    groupUnits: Int, _ buffer: UnsafeMutableRawPointer?
  ) {
    let g = arithmetic.geometry
    let pixels = bands.pixels(of: band)
    let base: UnsafeRawPointer
    if let buffer {
      arithmetic.fill(
        bands, images.input + batch * g.inputCount, batch: batch, band: band, to: buffer)
      base = UnsafeRawPointer(buffer)
    } else {
      base = UnsafeRawPointer(
        images.input + (batch * g.outputPixels + pixels.lowerBound) * g.inputChannels)
    }
    let result =
      images.result + (batch * g.outputPixels + pixels.lowerBound) * images.pixelStride
    let depthBytes = g.inputChannels / arithmetic.groups * arithmetic.elementBytes
    let blockBytes = arithmetic.blockBytes(runs: runs, runLength: runLength)
    for unit in units {
      let (group, index) = unit.quotientAndRemainder(dividingBy: groupUnits)
      let first = index * arithmetic.columns
      let channel = group * groupChannels + first
      arithmetic.product(
        m: pixels.count, n: min(arithmetic.columns, groupChannels - first),
        PatchRows(
          base: base + group * depthBytes, rowOffsets: offsets,
          runOffsets: offsets + bands.pixels, runs: runs, runLength: runLength),
        weights: packed + (group * groupBlocks + first / 16) * blockBytes, channel: channel,
        to: result + channel, pixelStride: images.pixelStride)
    }
  }
}
