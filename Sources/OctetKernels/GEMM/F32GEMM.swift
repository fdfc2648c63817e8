import COctetKernels

/// Matrix product of float32 rows and packed weights.
///
/// `C[i][j] = clamp(Σ A[i][l] · W[j][l] + bias[j])` for i < m, j < n, l < k. Each output is summed
/// in the order l = 0, 1, …, so splitting rows or blocks of 16 channels over threads never
/// changes a bit; variants agree with each other to rounding only. NaN stays NaN.
///
/// ```swift
/// let packed = UnsafeMutablePointer<Float>.allocate(
///   capacity: F32GEMM.packedWeightCount(n: n, k: k))
/// F32GEMM.packWeights(weights, n: n, k: k, into: packed)
/// let output = F32GEMM.Output(bias: bias, minimum: 0)
/// F32GEMM.best.run(
///   m: m, n: n, k: k, a: rows, aStride: k, weights: packed, output: output,
///   c: result, cStrideBytes: 4 * n)
/// ```
package enum F32GEMM {
  /// What happens to a finished sum.
  package struct Output {
    /// One value per channel, `paddedChannels(n)` of them; those past n are read and ignored.
    package var bias: UnsafePointer<Float>
    /// Activation bounds; infinite ones do not clamp.
    package var minimum: Float
    package var maximum: Float

    package init(
      bias: UnsafePointer<Float>, minimum: Float = -.infinity, maximum: Float = .infinity
    ) {
      self.bias = bias
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  /// One implementation: what it needs and how many outputs it computes at once.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, Int, Int, UnsafePointer<Float>, Int, UnsafePointer<Float>, UnsafePointer<Float>,
        Float, Float, UnsafeMutablePointer<Float>, Int
      ) -> Void

    /// For profiles, for example `f32-gemm-6x16--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    /// Most rows of A in one tile.
    package let rows: Int
    /// Channels in one block of packed weights. Fewer than four rows may take several blocks at once.
    package let columns: Int
    let function: Function

    /// Computes m × n outputs without allocating. Sizes and ranges are the caller's to prove, when
    /// the model is prepared: m, n, k ≥ 1.
    ///
    /// - Parameters:
    ///   - a: float [m][k], rows `aStride` elements apart.
    ///   - weights: As `packWeights` leaves them.
    ///   - c: float [m][n], rows `cStrideBytes` apart, a multiple of 4. Nothing between the rows
    ///     is written.
    @inline(__always)
    package func run(
      m: Int, n: Int, k: Int, a: UnsafePointer<Float>, aStride: Int,
      weights: UnsafePointer<Float>, output: Output, c: UnsafeMutablePointer<Float>,
      cStrideBytes: Int
    ) {
      function(
        m, n, k, a, aStride, weights, output.bias, output.minimum, output.maximum, c,
        cStrideBytes)
    }
  }

  /// Runs on every CPU.
  package static let portable = Variant(
    name: "f32-gemm-4x16--portable", isSupported: true, rows: 4, columns: 16,
    function: octet_f32_gemm_4x16__portable)

  /// All variants built for this architecture, fastest first.
  package static let variants: [Variant] = {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "f32-gemm-6x16--avx2", isSupported: CPUFeatures.hasAVX2AndFMA, rows: 6,
          columns: 16, function: octet_f32_gemm_6x16__avx2))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable
}
