import COctetKernels

/// Depthwise convolution of int8 or uint8: each channel of the image with its own kernels, one or more.
package final class QS8Depthwise {
  /// One implementation and what it needs.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<octet_rows>, UnsafePointer<Int16>,
        UnsafePointer<octet_qs8_output>, UnsafeMutableRawPointer, Int
      ) -> Void

    /// For profiles, for example `qs8-depthwise-4x16--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let function: Function
  }

  /// All variants built for this architecture, fastest first. Where there is none the reference serves.
  package static let variants: [Variant] = {
    #if arch(x86_64)
      [
        Variant(
          name: "qs8-depthwise-4x32--avx512vnni", isSupported: CPUFeatures.hasAVX512VNNI,
          function: octet_qs8_depthwise_4x32__avx512vnni),
        Variant(
          name: "qs8-depthwise-4x16--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          function: octet_qs8_depthwise_4x16__avx2),
      ]
    #else
      []
    #endif
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant? = variants.first { $0.isSupported }

  private let geometry: Conv2DGeometry
  private let output: QS8Output
  private let variant: Variant
  /// Copies what a band of an image sees, less the zero point.
  private let fill: Fill
  private let bands: BandPlan
  /// Kernel elements, rounded up to an even number.
  private let taps: Int
  private let packed: UnsafeMutablePointer<Int16>
  /// Of the band's pixels, then of the taps.
  private let offsets: UnsafeMutablePointer<Int32>

  private typealias Fill = (
    BandPlan, UnsafePointer<Int8>, _ batch: Int, _ band: Int, UnsafeMutablePointer<Int16>
  ) -> Void

  /// Nil unless all input channels have equally many output channels and a band of the image fits 2^26
  /// bytes.
  ///
  /// - Parameter convolution: Its weights are int8 [kernelHeight][kernelWidth][outputChannels], its groups
  ///   are of no account.
  package convenience init?(
    _ convolution: QS8Convolution, threads: Int, variant: Variant,
    widen: QS8Widen.Variant = QS8Widen.best
  ) {
    self.init(
      convolution.geometry, convolution.output, threads: threads, variant,
      weight: { Int16(convolution.weights[$0]) },
      fill: { bands, image, batch, band, buffer in
        convolution.fill(bands, image, batch: batch, band: band, .pairs, widen, to: buffer)
      })
  }

  /// The same of uint8 codes.
  package convenience init?(_ convolution: QU8Convolution, threads: Int, variant: Variant) {
    self.init(
      convolution.geometry, convolution.output, threads: threads, variant,
      weight: convolution.weight,
      fill: { bands, image, _, band, buffer in
        convolution.fill(
          bands, UnsafeRawPointer(image).assumingMemoryBound(to: UInt8.self), band: band, to: buffer
        )
      })
  }

  private init?(
    _ g: Conv2DGeometry, _ output: QS8Output, threads: Int, _ variant: Variant,
    weight: (Int) -> Int16, fill: @escaping Fill
  ) {
    let channels = g.outputChannels
    let padded = QS8GEMM.paddedChannels(channels)
    guard channels % g.inputChannels == 0,
      let bands = BandPlan(
        g, pixelStride: padded, elementBytes: MemoryLayout<Int16>.stride,
        threads: threads)
    else { return nil }
    geometry = g
    self.output = output
    self.variant = variant
    self.fill = fill
    self.bands = bands
    let count = g.kernelHeight * g.kernelWidth
    let taps = count + count % 2
    self.taps = taps
    packed = .aligned(padded * taps)
    packed.initialize(repeating: 0, count: padded * taps)
    for tap in 0..<count {
      for channel in 0..<channels {
        packed[Self.place(tap, channel, taps: taps)] = weight(tap * channels + channel)
      }
    }
    // A tap too many has zero weights and may read any place.
    offsets = bands.offsets(runs: taps, perLine: g.kernelWidth)
  }

  deinit {
    packed.deallocate()
    offsets.deallocate()
  }

  package var kernel: String { "\(variant.name)" }

  /// The work on `images`, whose results are int8, or int32 where the output keeps sums, and whose scratch is asked for here.
  package func phases<Result>(
    _ images: ConvolutionTensors<Int8, Result>, threads: Int, scratch: Scratch
  ) -> [Work] {
    scratch.require(shared: 0, perWorker: bands.elements * MemoryLayout<Int16>.stride)
    return [
      Work(count: images.batches * bands.count) { [self] item, worker in
        let (batch, band) = item.quotientAndRemainder(dividingBy: bands.count)
        let buffer = scratch.part(of: worker).assumingMemoryBound(to: Int16.self)
        let g = geometry
        fill(bands, images.input + batch * g.inputCount, batch, band, buffer)
        if g.channelMultiplier > 1 {
          bands.repeatChannels(buffer, channels: g.inputChannels, times: g.channelMultiplier)
        }
        let pixels = bands.pixels(of: band)
        var rows = octet_rows(
          base: buffer, row_offsets: offsets, run_offsets: offsets + bands.pixels, runs: taps,
          run_groups: 0)
        variant.function(
          pixels.count, g.outputChannels, &rows, packed, output.raw,
          images.result + (batch * g.outputPixels + pixels.lowerBound) * images.pixelStride,
          images.pixelStride)
      }
    ]
  }

  /// Where the weight of a tap and a channel stands: the halves of vectors are interleaved by eights.
  private static func place(_ tap: Int, _ channel: Int, taps: Int) -> Int {
    let lane = channel % 16
    let half = lane / 4 % 2
    let index = lane / 8 * 4 + lane % 4
    return channel / 16 * 16 * taps + tap / 2 * 32 + half * 16 + 2 * index + tap % 2
  }
}
