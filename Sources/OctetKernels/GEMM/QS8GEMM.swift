import COctetKernels

/// Matrix product of 8-bit quantized values: widened rows times packed weights, summed in int32 and
/// scaled back to int8.
///
/// `C[i][j] = clamp(scale(Σ A[i][l] · W[j][l] + bias[j]) + zeroPoint)` for i < m, j < n, l < k,
/// where A holds input minus its zero point as int16. Every variant gives the same bytes.
///
/// ```swift
/// let packed = UnsafeMutablePointer<Int16>.allocate(
///   capacity: QS8GEMM.packedWeightCount(n: n, k: k))
/// QS8GEMM.packWeights(weights, n: n, k: k, into: packed)
/// QS8GEMM.best.run(
///   m: m, n: n, k: k, a: rows, aStride: k, weights: packed, output: output,
///   c: result, cStrideBytes: n)
/// ```
package enum QS8GEMM {
  /// How int32 sums become int8 outputs. Each array holds `paddedChannels(n)` entries; those past
  /// n are read and ignored.
  package struct Output {
    var raw: octet_qs8_output

    /// - Parameters:
    ///   - bias: Added to the sum, modulo 2³².
    ///   - multiplier: Q31 fixed point: 2³¹ would be 1.0.
    ///   - shift: −31...30. Positive shifts the sum left before the multiply, wrapping modulo 2³²;
    ///     negative divides the product, to nearest with ties away from zero. The product itself
    ///     is rounded to nearest with ties up and saturated: TensorFlow Lite's two roundings.
    ///   - zeroPoint: Added after scaling without wrapping, −128...127.
    ///   - minimum: Lower activation bound, after the zero point.
    ///   - maximum: Upper activation bound, not below `minimum`.
    package init(
      bias: UnsafePointer<Int32>, multiplier: UnsafePointer<Int32>, shift: UnsafePointer<Int32>,
      zeroPoint: Int32, minimum: Int8 = .min, maximum: Int8 = .max
    ) {
      raw = octet_qs8_output(
        bias: bias, multiplier: multiplier, shift: shift, real_multiplier: nil,
        zero_point: zeroPoint, minimum: Int32(minimum), maximum: Int32(maximum))
    }

    /// Sums are multiplied in double precision and rounded once, to nearest with ties away from zero.
    ///
    /// - Parameters:
    ///   - realMultiplier: `paddedChannels(n)` finite numbers.
    ///   - unused: `paddedChannels(n)` readable integers of any value.
    package init(
      bias: UnsafePointer<Int32>, realMultiplier: UnsafePointer<Double>,
      unused: UnsafePointer<Int32>, zeroPoint: Int32, minimum: Int8 = .min, maximum: Int8 = .max
    ) {
      raw = octet_qs8_output(
        bias: bias, multiplier: unused, shift: unused, real_multiplier: realMultiplier,
        zero_point: zeroPoint, minimum: Int32(minimum), maximum: Int32(maximum))
    }
  }

  /// One implementation: what it needs and how many outputs it computes at once.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, Int, Int, UnsafePointer<Int16>, Int, UnsafePointer<Int16>,
        UnsafePointer<octet_qs8_output>, UnsafeMutablePointer<Int8>, Int
      ) -> Void

    /// For profiles, for example `qs8-gemm-6x16--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    /// Most rows of A in one tile.
    package let rows: Int
    /// Channels in one tile.
    package let columns: Int
    let function: Function

    /// Computes m × n outputs without allocating. Sizes and ranges are the caller's to prove, when
    /// the model is prepared: m, n, k ≥ 1.
    ///
    /// - Parameters:
    ///   - a: int16 [m][k], rows `aStride` elements apart. Where k is odd the element after each
    ///     row must be readable; its value is of no account.
    ///   - weights: As `packWeights` leaves them.
    ///   - c: int8 [m][n], rows `cStrideBytes` apart. Nothing between the rows is written.
    @inline(__always)
    package func run(
      m: Int, n: Int, k: Int, a: UnsafePointer<Int16>, aStride: Int,
      weights: UnsafePointer<Int16>, output: Output, c: UnsafeMutablePointer<Int8>,
      cStrideBytes: Int
    ) {
      withUnsafePointer(to: output.raw) { raw in
        function(m, n, k, a, aStride, weights, raw, c, cStrideBytes)
      }
    }
  }

  /// Runs on every CPU.
  package static let portable = Variant(
    name: "qs8-gemm-4x16--portable", isSupported: true, rows: 4, columns: 16,
    function: octet_qs8_gemm_4x16__portable)

  /// All variants built for this architecture, fastest first.
  package static let variants: [Variant] = {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "qs8-gemm-6x16--avx2", isSupported: CPUFeatures.hasAVX2AndFMA, rows: 6,
          columns: 16, function: octet_qs8_gemm_6x16__avx2))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable
}
