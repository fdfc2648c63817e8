import COctetKernels

/// Depthwise float convolution: each channel of the image with its own kernels, one or more.
package final class F32Depthwise {
  /// One implementation and what it needs.
  package struct Variant: Sendable {
    let function: F32GEMM.Variant.Function
    /// For profiles, for example `f32-depthwise-4x16--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool

    init(_ name: StaticString, isSupported: Bool, _ function: F32GEMM.Variant.Function) {
      self.name = name
      self.isSupported = isSupported
      self.function = function
    }
  }

  /// Runs on every CPU.
  package static let portable = Variant(
    "f32-depthwise-4x16--portable", isSupported: true, octet_f32_depthwise_4x16__portable)

  /// All variants built for this architecture, fastest first.
  package static let variants: [Variant] = {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          "f32-depthwise-4x16--avx512", isSupported: CPUFeatures.hasAVX512VNNI,
          octet_f32_depthwise_4x16__avx512))
      variants.append(
        Variant(
          "f32-depthwise-4x16--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          octet_f32_depthwise_4x16__avx2))
    #elseif arch(arm)
      variants.append(
        Variant(
          "f32-depthwise-4x16--neon", isSupported: CPUFeatures.hasNEON,
          octet_f32_depthwise_4x16__neon))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable

  private let convolution: F32Convolution
  private let variant: Variant
  private let bands: BandPlan
  private let taps: Int
  /// [taps][channels rounded up to 16].
  private let packed: UnsafeMutablePointer<Float>
  /// Of the band's pixels, then of the taps.
  private let offsets: UnsafeMutablePointer<Int32>

  /// Nil unless all input channels have equally many output channels and a band of the image fits 2^27
  /// bytes.
  ///
  /// - Parameter convolution: Its weights are [kernelHeight][kernelWidth][outputChannels], its groups are of no
  ///   account.
  package init?(
    _ convolution: F32Convolution, threads: Int, variant: Variant = best
  ) {
    let g = convolution.geometry
    let channels = g.outputChannels
    let padded = QS8GEMM.paddedChannels(channels)
    guard channels % g.inputChannels == 0,
      let bands = BandPlan(
        g, pixelStride: padded, elementBytes: MemoryLayout<Float>.stride,
        threads: threads)
    else { return nil }
    self.convolution = convolution
    self.variant = variant
    self.bands = bands
    let taps = g.kernelHeight * g.kernelWidth
    self.taps = taps
    packed = .aligned(padded * taps)
    packed.initialize(repeating: 0, count: padded * taps)
    for tap in 0..<taps {
      (packed + tap * padded).update(from: convolution.weights + tap * channels, count: channels)
    }
    offsets = bands.offsets(runs: taps, perLine: g.kernelWidth)
  }

  deinit {
    packed.deallocate()
    offsets.deallocate()
  }

  package var kernel: String { "\(variant.name)" }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Float>, threads: Int, scratch: Scratch
  ) -> [Work] {
    let values = bands.isPointwise ? 0 : bands.elements
    scratch.require(shared: 0, perWorker: values * MemoryLayout<Float>.stride)
    return [
      Work(count: images.batches * bands.count) { [self] item, worker in
        let (batch, band) = item.quotientAndRemainder(dividingBy: bands.count)
        let (g, pixels) = (convolution.geometry, bands.pixels(of: band))
        let image = images.input + batch * g.inputCount
        var base = image + pixels.lowerBound * g.inputChannels
        if !bands.isPointwise {
          let buffer = scratch.part(of: worker).assumingMemoryBound(to: Float.self)
          convolution.fill(bands, image, band: band, to: buffer)
          if g.channelMultiplier > 1 {
            bands.repeatChannels(buffer, channels: g.inputChannels, times: g.channelMultiplier)
          }
          base = UnsafePointer(buffer)
        }
        var rows = octet_rows(
          base: base, row_offsets: offsets, run_offsets: offsets + bands.pixels, runs: taps,
          run_groups: 1)
        variant.function(
          pixels.count, g.outputChannels, &rows, packed, convolution.output.raw,
          images.result + (batch * g.outputPixels + pixels.lowerBound) * images.pixelStride,
          images.pixelStride)
      }
    ]
  }
}
