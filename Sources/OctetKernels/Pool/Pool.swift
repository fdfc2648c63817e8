import COctetKernels

/// Largest value of each channel in windows of one line of output pixels, float32, int8 or int16, or the average of
/// float32.
package enum Pool {
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
    /// pixels lie inside the image. All sizes are at least 1. A float NaN counts as the smallest number; an
    /// average with one is NaN.
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

  /// All that find the largest int8, built for this architecture, fastest first; the last runs on every CPU.
  package static let int8MaxVariants: [Variant<Int8>] = {
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

  /// The same for float32, built for this architecture, fastest first; the last runs on every CPU.
  package static let floatMaxVariants: [Variant<Float>] = {
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

  /// All that average float32, built for this architecture, fastest first; the last runs on every CPU.
  package static let averageVariants: [Variant<Float>] = {
    var variants: [Variant<Float>] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "f32-average-pool-u8--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          function: octet_f32_average_pool_u8__avx2))
    #elseif arch(arm)
      variants.append(
        Variant(
          name: "f32-average-pool-u4--neon", isSupported: CPUFeatures.hasNEON,
          function: octet_f32_average_pool_u4__neon))
    #endif
    variants.append(
      Variant(
        name: "f32-average-pool-u4--portable", isSupported: true,
        function: octet_f32_average_pool_u4__portable))
    return variants
  }()

  /// The largest int16, on every CPU.
  package static let int16Max = Variant<Int16>(
    name: "s16-max-pool-u8--portable", isSupported: true,
    function: octet_s16_max_pool_u8__portable)

  /// The fastest variants this CPU can run.
  package static let int8Max: Variant<Int8> =
    int8MaxVariants.first { $0.isSupported } ?? int8MaxVariants[int8MaxVariants.count - 1]
  package static let floatMax: Variant<Float> =
    floatMaxVariants.first { $0.isSupported } ?? floatMaxVariants[floatMaxVariants.count - 1]
  package static let average: Variant<Float> =
    averageVariants.first { $0.isSupported } ?? averageVariants[averageVariants.count - 1]
}
