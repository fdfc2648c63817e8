import COctetKernels

/// Largest value of each channel in windows of one line of output pixels, float32, int8 or int16.
package enum MaxPool {
  /// One implementation for elements of a type, and what it needs.
  package struct Variant<Element: Sendable>: Sendable {
    typealias Function =
      @Sendable (
        Int, Int, Int, Int, UnsafePointer<Element>, Int, Int, Element, Element,
        UnsafeMutablePointer<Element>
      ) -> Void

    /// For profiles, for example `s8-max-pool-u32--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let function: Function

    /// Computes `pixels` outputs of `channels` values each, all of whose windows of `rows` × `columns`
    /// pixels lie inside the image. All sizes are at least 1. A float NaN counts as the smallest number.
    ///
    /// - Parameters:
    ///   - from: The first window's first value.
    ///   - lineStride: Values from one line of the image to the next.
    ///   - step: Values from one window to the next.
    ///   - bounds: What results are clamped to.
    @inline(__always)
    package func run(
      pixels: Int, channels: Int, rows: Int, columns: Int, from: UnsafePointer<Element>,
      lineStride: Int, step: Int, bounds: (low: Element, high: Element),
      to: UnsafeMutablePointer<Element>
    ) {
      function(
        pixels, channels, rows, columns, from, lineStride, step, bounds.low, bounds.high, to)
    }
  }

  /// All variants for int8 built for this architecture, fastest first; the last runs on every CPU.
  package static let int8Variants: [Variant<Int8>] = {
    var variants: [Variant<Int8>] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "s8-max-pool-u32--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          function: octet_s8_max_pool_u32__avx2))
    #elseif arch(arm)
      variants.append(
        Variant(
          name: "s8-max-pool-u16--neon", isSupported: CPUFeatures.hasNEON,
          function: octet_s8_max_pool_u16__neon))
    #endif
    variants.append(
      Variant(
        name: "s8-max-pool-u16--portable", isSupported: true,
        function: octet_s8_max_pool_u16__portable))
    return variants
  }()

  /// All variants for float32 built for this architecture, fastest first; the last runs on every CPU.
  package static let floatVariants: [Variant<Float>] = {
    var variants: [Variant<Float>] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "f32-max-pool-u8--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          function: octet_f32_max_pool_u8__avx2))
    #elseif arch(arm)
      variants.append(
        Variant(
          name: "f32-max-pool-u4--neon", isSupported: CPUFeatures.hasNEON,
          function: octet_f32_max_pool_u4__neon))
    #endif
    variants.append(
      Variant(
        name: "f32-max-pool-u4--portable", isSupported: true,
        function: octet_f32_max_pool_u4__portable))
    return variants
  }()

  /// For int16, on every CPU.
  package static let int16 = Variant<Int16>(
    name: "s16-max-pool-u8--portable", isSupported: true,
    function: octet_s16_max_pool_u8__portable)

  /// The fastest variants this CPU can run.
  package static let int8: Variant<Int8> =
    int8Variants.first { $0.isSupported } ?? int8Variants[int8Variants.count - 1]
  package static let float: Variant<Float> =
    floatVariants.first { $0.isSupported } ?? floatVariants[floatVariants.count - 1]
}
