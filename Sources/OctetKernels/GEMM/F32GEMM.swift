import COctetKernels

/// Matrix product of float32 rows and packed weights.
///
/// `C[i][j] = output(Σ A[i][l] · W[j][l])` for i < m, j < n, l < k. A row of A may be in several runs, as
/// a convolution's patch is in its image. Each output is summed in the order l = 0, 1, …, so splitting
/// rows or blocks of 16 channels over threads never changes a bit; variants agree with each other
/// to rounding only. NaN stays NaN.
package enum F32GEMM {
  /// One implementation: what it needs and how many outputs it computes at once.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<octet_rows>, UnsafePointer<Float>, UnsafePointer<octet_f32_output>,
        UnsafeMutablePointer<Float>, Int
      ) -> Void

    /// For profiles, for example `f32-gemm-6x16--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    /// Most rows of A in one tile.
    package let rows: Int
    /// Channels in one tile of that many rows.
    package let columns: Int
    let function: Function

    /// Computes m × n outputs without allocating. Sizes and ranges are the caller's to prove, when the
    /// model is prepared: m, n ≥ 1.
    ///
    /// - Parameters:
    ///   - weights: As `packWeights` leaves them, from the block of `channel` on.
    ///   - channel: The place in `output` of the first of the n channels.
    ///   - c: float [m][n], rows `cStride` elements apart. Nothing between the rows is written.
    @inline(__always)
    package func run(
      m: Int, n: Int, a: Rows, weights: UnsafePointer<Float>, output: F32Output, channel: Int,
      c: UnsafeMutablePointer<Float>, cStride: Int
    ) {
      withUnsafePointer(to: output.from(channel)) { output in
        withUnsafePointer(to: a.raw) { rows in
          function(m, n, rows, weights, output, c, cStride)
        }
      }
    }
  }

  /// A matrix of rows in runs: row i is at `base + rowOffsets[i] + runOffsets[q]` for each run q.
  package struct Rows {
    let raw: octet_rows

    package init(
      base: UnsafePointer<Float>, rowOffsets: UnsafePointer<Int32>,
      runOffsets: UnsafePointer<Int32>, runs: Int, runLength: Int
    ) {
      raw = octet_rows(
        base: base, row_offsets: rowOffsets, run_offsets: runOffsets, runs: runs,
        run_groups: runLength)
    }
  }

  /// Reorders one block of 16 channels of weights [n][k] to [k][16], with zeros where a channel is
  /// missing.
  ///
  /// - Parameter packed: The block's place: 16 · k elements for each before it.
  package static func packWeights(
    _ weights: UnsafePointer<Float>, block: Int, n: Int, k: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    packed.initialize(repeating: 0, count: 16 * k)
    for lane in 0..<min(16, n - 16 * block) {
      let source = weights + (16 * block + lane) * k
      for row in 0..<k { packed[16 * row + lane] = source[row] }
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
          name: "f32-gemm-6x64--avx512", isSupported: CPUFeatures.hasAVX512VNNI, rows: 6,
          columns: 64, function: octet_f32_gemm_6x64__avx512))
      variants.append(
        Variant(
          name: "f32-gemm-6x16--avx2", isSupported: CPUFeatures.hasAVX2AndFMA, rows: 6,
          columns: 16, function: octet_f32_gemm_6x16__avx2))
    #elseif arch(arm)
      variants.append(
        Variant(
          name: "f32-gemm-2x16--neon", isSupported: CPUFeatures.hasNEON, rows: 2, columns: 16,
          function: octet_f32_gemm_2x16__neon))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable
}
