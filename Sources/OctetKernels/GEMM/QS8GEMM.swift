import COctetKernels

/// Matrix product of 8-bit quantized values: rows widened to int16 times packed weights, summed in
/// int32 and scaled back to int8.
///
/// `C[i][j] = output(Σ A[i][l] · W[j][l])` for i < m, j < n, l < k, where A holds input minus its zero
/// point. A row of A may be in several runs, as a convolution's patch is in its image. Every variant
/// gives the same bytes.
package enum QS8GEMM {
  /// One implementation: what it needs and how many outputs it computes at once.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<octet_s16_rows>, UnsafePointer<Int16>,
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

    /// Computes m × n outputs without allocating. Sizes and ranges are the caller's to prove, when the
    /// model is prepared: m, n ≥ 1.
    ///
    /// - Parameters:
    ///   - weights: As `packWeights` leaves them, from the block of `channel` on.
    ///   - channel: The place in `output` of the first of the n channels.
    ///   - c: int8 [m][n], rows `cStride` bytes apart. Nothing between the rows is written.
    @inline(__always)
    package func run(
      m: Int, n: Int, a: Rows, weights: UnsafePointer<Int16>, output: QS8Output, channel: Int,
      c: UnsafeMutablePointer<Int8>, cStride: Int
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
    var raw: octet_s16_rows

    /// - Parameter runLength: Values in a run; an odd one reads a value more, which meets a zero weight.
    package init(
      base: UnsafePointer<Int16>, rowOffsets: UnsafePointer<Int32>,
      runOffsets: UnsafePointer<Int32>, runs: Int, runLength: Int
    ) {
      raw = octet_s16_rows(
        base: base, row_offsets: rowOffsets, run_offsets: runOffsets, runs: runs,
        run_pairs: (runLength + 1) / 2)
    }
  }

  /// n rounded up to the 16 channels of a block.
  package static func paddedChannels(_ n: Int) -> Int { (n + 15) / 16 * 16 }

  /// Blocks of 16 channels, the last of which may have fewer.
  package static func blocks(_ n: Int) -> Int { (n + 15) / 16 }

  /// Int16 elements that `packWeights` writes. Traps if the count overflows Int.
  package static func packedWeightCount(n: Int, runs: Int, runLength: Int) -> Int {
    paddedChannels(n) * runs * ((runLength + 1) / 2 * 2)
  }

  /// Reorders one block of int8 weights [n][runs][runLength] to int16 [runs][⌈runLength/2⌉][16][2],
  /// with zeros where a channel or a value is missing.
  ///
  /// - Parameter packed: The block's place: `packedWeightCount(n: 16, …)` elements for each before it.
  package static func packWeights(
    _ weights: UnsafePointer<Int8>, block: Int, n: Int, runs: Int, runLength: Int,
    into packed: UnsafeMutablePointer<Int16>
  ) {
    let depth = runs * runLength
    let pairs = (runLength + 1) / 2
    for lane in 0..<16 {
      let channel = 16 * block + lane
      guard channel < n else {
        for i in 0..<runs * pairs {
          packed[32 * i + 2 * lane] = 0
          packed[32 * i + 2 * lane + 1] = 0
        }
        continue
      }
      var source = weights + channel * depth
      var target = packed + 2 * lane
      for _ in 0..<runs {
        for i in 0..<runLength / 2 {
          target[32 * i] = Int16(source[2 * i])
          target[32 * i + 1] = Int16(source[2 * i + 1])
        }
        if runLength % 2 != 0 {
          target[32 * (pairs - 1)] = Int16(source[runLength - 1])
          target[32 * (pairs - 1) + 1] = 0
        }
        source += runLength
        target += 32 * pairs
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
