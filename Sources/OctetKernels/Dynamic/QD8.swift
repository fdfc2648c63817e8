import COctetKernels

/// What layers of float activations and int8 weights do beside multiplying: numbers become codes when they run, and
/// sums become numbers.
package enum QD8 {
  /// How the sums of one row become numbers.
  package struct Output {
    var raw: octet_qd8_output

    /// - Parameters:
    ///   - weightSums: For each channel, as `scales` and `bias`.
    ///   - excess: What sums are too large by, times the weights' sums.
    ///   - scales: Of the weights.
    ///   - scalesWeightsFirst: Whether a sum is multiplied by the weights' scale, then by `length`; else by the
    ///     product of both.
    ///   - length: Of the row's steps.
    package init(
      weightSums: UnsafePointer<Int32>, excess: Int32, scales: UnsafePointer<Float>,
      scalesWeightsFirst: Bool, length: Float, bias: UnsafePointer<Float>,
      bounds: (low: Float, high: Float)
    ) {
      raw = octet_qd8_output(
        weight_sums: weightSums, excess: excess, scales: scales, length: length,
        scales_weights_first: scalesWeightsFirst ? 1 : 0, bias: bias, minimum: bounds.low,
        maximum: bounds.high)
    }
  }

  /// One implementation and what it needs.
  package struct Variant: Sendable {
    /// For profiles, for example `avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let extent:
      @Sendable (
        Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
      ) -> Void
    let codes:
      @Sendable (
        Int, UnsafePointer<Float>, Float, Float, Float, UnsafeMutablePointer<Int8>
      ) -> Void
    let real: @Sendable (Int, Int, UnsafePointer<octet_qd8_output>, UnsafeMutableRawPointer) -> Void

    /// The smallest of 0 and the numbers, and the largest. NaN is left out.
    package func extent(
      _ numbers: UnsafePointer<Float>, count: Int
    ) -> (low: Float, high: Float) {
      var (low, high): (Float, Float) = (0, 0)
      extent(count, numbers, &low, &high)
      return (low, high)
    }

    /// Numbers times `inverse` plus `zeroPoint`, rounded to nearest with ties away from zero, within least...127.
    package func codes(
      _ numbers: UnsafePointer<Float>, count: Int, inverse: Float, zeroPoint: Float, least: Float,
      into codes: UnsafeMutablePointer<Int8>
    ) {
      self.codes(count, numbers, inverse, zeroPoint, least, codes)
    }

    /// Turns int32 sums of [pixels][channels] into floats, in their place.
    package func real(
      pixels: Int, channels: Int, _ output: Output, sums: UnsafeMutableRawPointer
    ) {
      withUnsafePointer(to: output.raw) { real(pixels, channels, $0, sums) }
    }
  }

  /// Runs on every CPU.
  package static let portable = Variant(
    name: "portable", isSupported: true, extent: octet_qd8_extent__portable,
    codes: octet_qd8_codes__portable, real: octet_qd8_real__portable)

  /// All variants built for this architecture, fastest first.
  package static let variants: [Variant] = {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "avx512", isSupported: CPUFeatures.hasAVX512VNNI, extent: octet_qd8_extent__avx512,
          codes: octet_qd8_codes__avx512, real: octet_qd8_real__avx512))
      variants.append(
        Variant(
          name: "avx2", isSupported: CPUFeatures.hasAVX2AndFMA, extent: octet_qd8_extent__avx2,
          codes: octet_qd8_codes__avx2, real: octet_qd8_real__avx2))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable
}
