import COctetKernels

/// The kernels of float 3x3 and 5x5 convolution by Winograd's method; `octet_winograd.h` says what each does.
package enum F32Winograd {
  /// One set of kernels and what it needs.
  package struct Variant: Sendable {
    /// For profiles, for example `f32-winograd--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let input:
      @Sendable @convention(c) (
        UnsafePointer<Float>, Int, Int, Int, Int32, Int32, UnsafeMutablePointer<Float>,
        UnsafeMutablePointer<Float>, Int
      ) -> Void
    let weights:
      @Sendable @convention(c) (
        Int, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int
      ) -> Void
    let product:
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<Float>, Int, UnsafePointer<Float>, Int32,
        UnsafeMutablePointer<Float>
      ) -> Void
    let output:
      @Sendable @convention(c) (
        Int, UnsafePointer<Float>, UnsafePointer<Float>, Int, Int32, Int32,
        UnsafePointer<octet_f32_output>, Int, Int, UnsafeMutablePointer<Float>, Int, Int
      ) -> Void
  }

  /// All variants built for this architecture, fastest first. Where there is none, direct convolution
  /// serves.
  package static let variants: [Variant] = {
    #if arch(x86_64)
      [
        Variant(
          name: "f32-winograd--avx512", isSupported: CPUFeatures.hasAVX512VNNI,
          input: octet_f32_winograd_input__avx512, weights: octet_f32_winograd_weights__avx512,
          product: octet_f32_winograd_product__avx512,
          output: octet_f32_winograd_output__avx512),
        Variant(
          name: "f32-winograd--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          input: octet_f32_winograd_input__avx2, weights: octet_f32_winograd_weights__avx2,
          product: octet_f32_winograd_product__avx2, output: octet_f32_winograd_output__avx2),
      ]
    #else
      []
    #endif
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant? = variants.first { $0.isSupported }
}

/// Float 3x3 or 5x5 convolution of stride 1 by Winograd's method. A result is within 1e-5 of the largest one, or of 1, of
/// the sum in double precision, for up to 1024 input channels of values and weights of like size. Infinite
/// and NaN values spread over the tile they are in.
package final class F32WinogradConv2D {
  private let implementation: WinogradConv2D<F32WinogradKernels>

  /// Nil if the convolution is of another kind.
  ///
  /// - Parameter pool: Packs and transforms the weights.
  package init?(
    _ convolution: F32Convolution, pool: WorkPool, variant: F32Winograd.Variant
  ) {
    guard convolution.groups == 1,
      let implementation = WinogradConv2D(
        F32WinogradKernels(convolution: convolution, variant: variant), pool: pool)
    else { return nil }
    self.implementation = implementation
  }

  /// The estimated cost of one image, in vector multiply-adds; nil for a convolution of another kind.
  package static func cost(_ convolution: F32Convolution) -> Int? {
    convolution.groups == 1
      ? WinogradConv2D<F32WinogradKernels>.cost(convolution.geometry) : nil
  }

  package var kernel: String { implementation.kernel }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Float>, threads: Int, scratch: Scratch
  ) -> [Work] {
    implementation.phases(images, threads: threads, scratch: scratch)
  }
}

private struct F32WinogradKernels: WinogradKernels {
  let convolution: F32Convolution
  let variant: F32Winograd.Variant

  static var kernelSizes: [Int] { [3, 5] }
  var geometry: Conv2DGeometry { convolution.geometry }
  var name: StaticString { variant.name }

  /// [depth][taps][16].
  func pack(block: Int, depth: Int, into packed: UnsafeMutablePointer<Float>) {
    let channels = geometry.inputChannels
    let taps = geometry.kernelHeight * geometry.kernelWidth
    packed.initialize(repeating: 0, count: depth * taps * 16)
    for lane in 0..<min(16, geometry.outputChannels - 16 * block) {
      for tap in 0..<taps {
        let source = convolution.weights + ((16 * block + lane) * taps + tap) * channels
        let target = packed + tap * 16 + lane
        for channel in 0..<channels { target[channel * taps * 16] = source[channel] }
      }
    }
  }

  func fill(
    _ image: UnsafePointer<Float>, first: Int, count: Int, columns: Range<Int>, depth: Int,
    to: UnsafeMutablePointer<Float>
  ) {
    convolution.fill(
      image, lines: first..<first + count, columns: columns, pixelStride: depth, to: to)
  }

  func input(
    _ image: UnsafePointer<Float>, lineStride: Int, pixelStride: Int, channels: Int, tall: Bool,
    wide: Bool, to: UnsafeMutablePointer<Float>, to4: UnsafeMutablePointer<Float>,
    positionStride: Int
  ) {
    variant.input(
      image, lineStride, pixelStride, channels, tall ? 1 : 0, wide ? 1 : 0, to, to4,
      positionStride)
  }

  func weights(
    _ packed: UnsafePointer<Float>, depth: Int, to: UnsafeMutablePointer<Float>,
    positionStride: Int
  ) {
    variant.weights(geometry.kernelHeight, packed, depth, to, positionStride)
  }

  func product(
    m: Int, depth: Int, _ a: UnsafePointer<Float>, aStride: Int, _ w: UnsafePointer<Float>,
    adds: Bool, to: UnsafeMutablePointer<Float>
  ) {
    variant.product(m, depth, a, aStride, w, adds ? 1 : 0, to)
  }

  func output(
    _ from: UnsafePointer<Float>, _ from4: UnsafePointer<Float>, positionStride: Int, tall: Bool,
    wide: Bool, channel: Int, valid: Int, to: UnsafeMutablePointer<Float>, lineStride: Int,
    pixelStride: Int
  ) {
    variant.output(
      geometry.kernelHeight, from, from4, positionStride, tall ? 1 : 0, wide ? 1 : 0,
      convolution.output.raw, channel, valid, to, lineStride, pixelStride)
  }
}
