import COctetKernels

/// The kernels of exact 3x3 convolution by Winograd's method; `octet_winograd.h` says what each does.
package enum QS8Winograd {
  /// One set of kernels and what it needs.
  package struct Variant: Sendable {
    /// For profiles, for example `qs8-winograd-4x4--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let input:
      @Sendable @convention(c) (
        UnsafePointer<Int16>, Int, Int, Int, Int32, Int32, UnsafeMutablePointer<Int16>,
        UnsafeMutablePointer<Int16>, Int
      ) -> Void
    let weights:
      @Sendable @convention(c) (
        UnsafePointer<Int8>, Int, UnsafeMutablePointer<Int16>, Int
      ) -> Void
    let product:
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<Int16>, Int, UnsafePointer<Int16>, Int32,
        UnsafeMutablePointer<Int32>
      ) -> Void
    let output:
      @Sendable @convention(c) (
        UnsafePointer<Int32>, UnsafePointer<Int32>, Int, Int32, Int32,
        UnsafePointer<octet_qs8_output>, Int, Int, UnsafeMutablePointer<Int8>, Int, Int
      ) -> Void
  }

  /// All variants built for this architecture, fastest first. Where there is none, direct convolution
  /// serves.
  package static let variants: [Variant] = {
    #if arch(x86_64)
      [
        Variant(
          name: "qs8-winograd-4x4--avx512vnni", isSupported: CPUFeatures.hasAVX512VNNI,
          input: octet_qs8_winograd_input__avx512, weights: octet_qs8_winograd_weights__avx512,
          product: octet_qs8_winograd_product_12x16__avx512,
          output: octet_qs8_winograd_output__avx512),
        Variant(
          name: "qs8-winograd-4x4--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          input: octet_qs8_winograd_input__avx2, weights: octet_qs8_winograd_weights__avx2,
          product: octet_qs8_winograd_product_6x16__avx2,
          output: octet_qs8_winograd_output__avx2),
      ]
    #else
      []
    #endif
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant? = variants.first { $0.isSupported }
}

/// Exact 3x3 convolution of stride 1 by Winograd's method.
package final class QS8WinogradConv2D {
  private let implementation: WinogradConv2D<QS8WinogradKernels>

  /// Nil if the convolution is of another kind, or if it is not proved to be exact.
  ///
  /// - Parameter pool: Packs and transforms the weights.
  package init?(
    _ convolution: QS8Convolution, pool: WorkPool, variant: QS8Winograd.Variant,
    widen: QS8Widen.Variant = QS8Widen.best
  ) {
    guard convolution.groups == 1, Self.isExact(convolution),
      let implementation = WinogradConv2D(
        QS8WinogradKernels(convolution: convolution, variant: variant, widen: widen), pool: pool)
    else { return nil }
    self.implementation = implementation
  }

  /// Whether sums stay within the ±2^29 that the method needs, for any image.
  package static func isExact(_ convolution: QS8Convolution) -> Bool {
    convolution.sumBound() < 1 << 29
  }

  /// The estimated cost of one image, in vector multiply-adds; nil for a convolution of another kind.
  package static func cost(_ convolution: QS8Convolution) -> Int? {
    convolution.groups == 1
      ? WinogradConv2D<QS8WinogradKernels>.cost(convolution.geometry) : nil
  }

  package var kernel: String { implementation.kernel }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Int8>, threads: Int, scratch: Scratch
  ) -> [Work] {
    implementation.phases(images, threads: threads, scratch: scratch)
  }
}

private struct QS8WinogradKernels: WinogradKernels {
  let convolution: QS8Convolution
  let variant: QS8Winograd.Variant
  let widen: QS8Widen.Variant

  static var kernelSizes: [Int] { [3] }
  var geometry: Conv2DGeometry { convolution.geometry }
  var name: StaticString { variant.name }

  /// [depth/2][9][16][2].
  func pack(block: Int, depth: Int, into packed: UnsafeMutablePointer<Int8>) {
    let channels = geometry.inputChannels
    packed.initialize(repeating: 0, count: depth * 9 * 16)
    for lane in 0..<min(16, geometry.outputChannels - 16 * block) {
      for tap in 0..<9 {
        let source = convolution.weights + ((16 * block + lane) * 9 + tap) * channels
        let target = packed + tap * 32 + lane * 2
        for channel in 0..<channels {
          target[channel / 2 * 9 * 32 + channel % 2] = source[channel]
        }
      }
    }
  }

  func fill(
    _ image: UnsafePointer<Int8>, first: Int, count: Int, columns: Range<Int>, depth: Int,
    to: UnsafeMutablePointer<Int16>
  ) {
    BorderedLines(
      form: .pairs, geometry: geometry, pixelStride: depth,
      zeroPoint: convolution.inputZeroPoint, widen: widen
    ).fill(image, lines: first..<first + count, columns: columns, to: to)
  }

  func input(
    _ image: UnsafePointer<Int16>, lineStride: Int, pixelStride: Int, channels: Int, tall: Bool,
    wide: Bool, to: UnsafeMutablePointer<Int16>, to4: UnsafeMutablePointer<Int16>,
    positionStride: Int
  ) {
    variant.input(
      image, lineStride, pixelStride, channels, tall ? 1 : 0, wide ? 1 : 0, to, to4,
      positionStride)
  }

  func weights(
    _ packed: UnsafePointer<Int8>, depth: Int, to: UnsafeMutablePointer<Int16>,
    positionStride: Int
  ) {
    variant.weights(packed, depth, to, positionStride)
  }

  func product(
    m: Int, depth: Int, _ a: UnsafePointer<Int16>, aStride: Int, _ w: UnsafePointer<Int16>,
    adds: Bool, to: UnsafeMutablePointer<Int32>
  ) {
    variant.product(m, depth, a, aStride, w, adds ? 1 : 0, to)
  }

  func output(
    _ from: UnsafePointer<Int32>, _ from4: UnsafePointer<Int32>, positionStride: Int, tall: Bool,
    wide: Bool, channel: Int, valid: Int, to: UnsafeMutablePointer<Int8>, lineStride: Int,
    pixelStride: Int
  ) {
    variant.output(
      from, from4, positionStride, tall ? 1 : 0, wide ? 1 : 0, convolution.output.raw, channel,
      valid, to, lineStride, pixelStride)
  }
}
