import COctetKernels

/// Bilinear interpolation between the lines of an image of float32, uint8 or int8.
package enum BilinearResize {
  /// Where a pixel of the result lies between two pixels of a line.
  package struct Place: Sendable {
    let raw: octet_resize_place

    /// - Parameters:
    ///   - low: The first element of the pixel before it.
    ///   - high: That of the pixel behind it.
    ///   - part: How far it is from the first one: a part of 1, or for int8 a whole number of 2^-10.
    package init(low: Int32, high: Int32, part: Float) {
      raw = octet_resize_place(low: low, high: high, part: part)
    }
  }

  /// One implementation for elements of a type, and what it needs.
  package struct Variant<Element: Sendable>: Sendable {
    typealias Lines =
      @Sendable (
        Int, UnsafePointer<Element>, UnsafePointer<Element>, Float, UnsafeMutableRawPointer
      ) -> Void
    typealias Pixels =
      @Sendable (
        Int, Int, UnsafePointer<octet_resize_place>, UnsafeRawPointer, Int,
        UnsafeMutablePointer<Element>, Int
      ) -> Void

    /// For profiles, for example `u8-resize-bilinear--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let lines: Lines
    let pixels: Pixels

    /// Makes a line of the result.
    ///
    /// - Parameters:
    ///   - upper: `count` elements, as `lower`.
    ///   - part: How far the result is from `upper`, as `Place.part`.
    ///   - places: Of the result's pixels.
    ///   - channels: Elements of a pixel, at least 1.
    ///   - scratch: Memory of `scratchBytes(count)`.
    ///   - stride: Elements from one pixel of the result to the next.
    @inline(__always)
    package func run(
      count: Int, upper: UnsafePointer<Element>, lower: UnsafePointer<Element>, part: Float,
      places: [Place], channels: Int, scratch: UnsafeMutableRawPointer,
      to result: UnsafeMutablePointer<Element>, stride: Int
    ) {
      lines(count, upper, lower, part, scratch)
      places.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        pixels(
          places.count, channels, base.assumingMemoryBound(to: octet_resize_place.self), scratch,
          count, result, stride)
      }
    }
  }

  /// Bytes of memory for lines of `count` elements.
  package static func scratchBytes(_ count: Int) -> Int { 2 * count * MemoryLayout<Float>.stride }

  /// All variants for float32 built for this architecture, fastest first; the last runs on every CPU.
  package static let floatVariants: [Variant<Float>] = {
    var variants: [Variant<Float>] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "f32-resize-bilinear--avx512", isSupported: CPUFeatures.hasAVX512VNNI,
          lines: octet_f32_resize_lines__avx512, pixels: octet_f32_resize_pixels__avx512))
      variants.append(
        Variant(
          name: "f32-resize-bilinear--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          lines: octet_f32_resize_lines__avx2, pixels: octet_f32_resize_pixels__avx2))
    #endif
    variants.append(
      Variant(
        name: "f32-resize-bilinear--portable", isSupported: true,
        lines: octet_f32_resize_lines__portable, pixels: octet_f32_resize_pixels__portable))
    return variants
  }()

  /// The same for uint8.
  package static let uint8Variants: [Variant<UInt8>] = {
    var variants: [Variant<UInt8>] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "u8-resize-bilinear--avx512", isSupported: CPUFeatures.hasAVX512VNNI,
          lines: octet_u8_resize_lines__avx512, pixels: octet_u8_resize_pixels__avx512))
      variants.append(
        Variant(
          name: "u8-resize-bilinear--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          lines: octet_u8_resize_lines__avx2, pixels: octet_u8_resize_pixels__avx2))
    #endif
    variants.append(
      Variant(
        name: "u8-resize-bilinear--portable", isSupported: true,
        lines: octet_u8_resize_lines__portable, pixels: octet_u8_resize_pixels__portable))
    return variants
  }()

  /// The same for int8.
  package static let int8Variants: [Variant<Int8>] = {
    var variants: [Variant<Int8>] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "s8-resize-bilinear--avx512", isSupported: CPUFeatures.hasAVX512VNNI,
          lines: octet_s8_resize_lines__avx512, pixels: octet_s8_resize_pixels__avx512))
      variants.append(
        Variant(
          name: "s8-resize-bilinear--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          lines: octet_s8_resize_lines__avx2, pixels: octet_s8_resize_pixels__avx2))
    #endif
    variants.append(
      Variant(
        name: "s8-resize-bilinear--portable", isSupported: true,
        lines: octet_s8_resize_lines__portable, pixels: octet_s8_resize_pixels__portable))
    return variants
  }()

  /// The fastest variants this CPU can run.
  package static let float: Variant<Float> =
    floatVariants.first { $0.isSupported } ?? floatVariants[floatVariants.count - 1]
  package static let uint8: Variant<UInt8> =
    uint8Variants.first { $0.isSupported } ?? uint8Variants[uint8Variants.count - 1]
  package static let int8: Variant<Int8> =
    int8Variants.first { $0.isSupported } ?? int8Variants[int8Variants.count - 1]
}
