import COctetKernels

/// Matrix product of 8-bit quantized values: rows times packed weights, summed in int32 and scaled back
/// to int8.
///
/// `C[i][j] = output(Σ A[i][l] · W[j][l])` for i < m, j < n, l < k, where A holds input minus its zero
/// point. A row of A may be in several runs, as a convolution's patch is in its image. Every variant
/// gives the same bytes.
package enum QS8GEMM {
  /// How a variant takes its values.
  package enum Form: Sendable {
    /// int16 inputs less their zero point and int16 weights, two at a time.
    case pairs
    /// Inputs as uint8, code plus 128, and int8 weights, four at a time. Sums are too large by (128 + zero
    /// point) times the weights' sum, which the bias makes up for.
    case quads
    /// Inputs as they are and int8 weights, four at a time. Sums are too large by the zero point times the
    /// weights' sum, which the bias makes up for.
    case signedQuads

    /// Values of a run are padded to a multiple of this with zero weights.
    package var group: Int { self == .pairs ? 2 : 4 }

    /// Bytes of an input or a weight.
    package var elementBytes: Int { self == .pairs ? 2 : 1 }

    /// What an input in this form is larger by than the value it stands for.
    package func excess(zeroPoint: Int32) -> Int32 {
      switch self {
      case .pairs: 0
      case .quads: 128 + zeroPoint
      case .signedQuads: zeroPoint
      }
    }

    /// The byte that fills memory with inputs of value zero.
    func border(zeroPoint: Int32) -> UInt8 {
      UInt8(truncatingIfNeeded: excess(zeroPoint: zeroPoint))
    }
  }

  /// One implementation: what it needs and how many outputs it computes at once.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<octet_rows>, UnsafeRawPointer, UnsafePointer<octet_qs8_output>,
        UnsafeMutableRawPointer, Int
      ) -> Void

    /// For profiles, for example `qs8-gemm-6x16--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    package let form: Form
    /// Most rows of A in one tile.
    package let rows: Int
    /// Channels in one tile, or 16 if a block has several tiles.
    package let columns: Int
    /// Multiply-adds of a vector instruction, beside those of AVX2's 16.
    let speed: Int
    let function: Function

    /// Computes m × n outputs without allocating. Sizes and ranges are the caller's to prove, when the
    /// model is prepared: m, n ≥ 1.
    ///
    /// - Parameters:
    ///   - weights: As `packWeights` leaves them, from the block of `channel` on.
    ///   - channel: The place in `output` of the first of the n channels.
    ///   - c: int8 [m][n], or int32 where `output` keeps sums; rows `cStride` elements apart. Nothing between the
    ///     rows is written.
    @inline(__always)
    package func run(
      m: Int, n: Int, a: Rows, weights: UnsafeRawPointer, output: QS8Output, channel: Int,
      c: UnsafeMutableRawPointer, cStride: Int
    ) {
      withUnsafePointer(to: output.from(channel)) { output in
        withUnsafePointer(to: a.raw) { rows in
          function(m, n, rows, weights, output, c, cStride)
        }
      }
    }
  }

  /// A matrix of rows in runs: row i is at `base + rowOffsets[i] + runOffsets[q]` for each run q, offsets
  /// in elements.
  package struct Rows {
    var raw: octet_rows

    /// - Parameter runLength: Values in a run; what it lacks to a whole group is read and meets zero weights.
    package init(
      _ form: Form, base: UnsafeRawPointer, rowOffsets: UnsafePointer<Int32>,
      runOffsets: UnsafePointer<Int32>, runs: Int, runLength: Int
    ) {
      raw = octet_rows(
        base: base, row_offsets: rowOffsets, run_offsets: runOffsets, runs: runs,
        run_groups: (runLength + form.group - 1) / form.group)
    }
  }

  /// Blocks of 16 channels, the last of which may have fewer.
  package static func blocks(_ n: Int) -> Int { (n + 15) / 16 }

  /// n rounded up to the 16 channels of a block.
  package static func paddedChannels(_ n: Int) -> Int { 16 * blocks(n) }

  /// Bytes of one packed block of weights. Traps if the count overflows Int.
  package static func blockBytes(_ form: Form, runs: Int, runLength: Int) -> Int {
    16 * runs * ((runLength + form.group - 1) / form.group * form.group) * form.elementBytes
  }

  /// Reorders one block of int8 weights [n][runs][runLength] to [runs][⌈runLength/group⌉][16][group],
  /// with zeros where a channel or a value is missing.
  ///
  /// - Parameter packed: The block's place: `blockBytes` for each before it.
  package static func packWeights(
    _ form: Form, _ weights: UnsafePointer<Int8>, block: Int, n: Int, runs: Int, runLength: Int,
    into packed: UnsafeMutableRawPointer
  ) {
    let count = blockBytes(form, runs: runs, runLength: runLength)
    packed.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    switch form {
    case .pairs:
      pack(
        weights, block: block, n: n, runs: runs, runLength: runLength, group: form.group,
        into: packed.bindMemory(to: Int16.self, capacity: count / 2))
    case .quads, .signedQuads:
      pack(
        weights, block: block, n: n, runs: runs, runLength: runLength, group: form.group,
        into: packed.bindMemory(to: Int8.self, capacity: count))
    }
  }

  @inline(__always)
  private static func pack<Element: FixedWidthInteger>(
    _ weights: UnsafePointer<Int8>, block: Int, n: Int, runs: Int, runLength: Int, group: Int,
    into packed: UnsafeMutablePointer<Element>
  ) {
    let groups = (runLength + group - 1) / group
    for lane in 0..<min(16, n - 16 * block) {
      var source = weights + (16 * block + lane) * runs * runLength
      var target = packed + group * lane
      for _ in 0..<runs {
        for i in 0..<runLength / group {
          for j in 0..<group {
            target[16 * group * i + j] = Element(truncatingIfNeeded: source[group * i + j])
          }
        }
        for j in 0..<runLength % group {
          target[16 * group * (groups - 1) + j] =
            Element(truncatingIfNeeded: source[runLength / group * group + j])
        }
        source += runLength
        target += 16 * group * groups
      }
    }
  }

  /// Runs on every CPU.
  package static let portable = Variant(
    name: "qs8-gemm-4x16--portable", isSupported: true, form: .pairs, rows: 4, columns: 16,
    speed: 1, function: octet_qs8_gemm_4x16__portable)

  /// All variants built for this architecture, fastest first.
  package static let variants: [Variant] = {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "qs8-gemm-6x64--avx512vnni", isSupported: CPUFeatures.hasAVX512VNNI, form: .quads,
          rows: 6, columns: 64, speed: 2, function: octet_qs8_gemm_6x64__avx512vnni))
      variants.append(
        Variant(
          name: "qs8-gemm-pairs-6x64--avx512vnni", isSupported: CPUFeatures.hasAVX512VNNI,
          form: .pairs, rows: 6, columns: 64, speed: 1,
          function: octet_qs8_gemm_pairs_6x64__avx512vnni))
      variants.append(
        Variant(
          name: "qs8-gemm-6x16--avx2", isSupported: CPUFeatures.hasAVX2AndFMA, form: .pairs,
          rows: 6, columns: 16, speed: 1, function: octet_qs8_gemm_6x16__avx2))
    #elseif arch(arm64)
      variants.append(
        Variant(
          name: "qs8-gemm-5x16--neondot", isSupported: CPUFeatures.hasNEONDotProduct,
          form: .signedQuads, rows: 5, columns: 16, speed: 1,
          function: octet_qs8_gemm_5x16__neondot))
      variants.append(
        Variant(
          name: "qs8-gemm-5x16--neon", isSupported: CPUFeatures.hasNEON, form: .pairs, rows: 5,
          columns: 16, speed: 1, function: octet_qs8_gemm_5x16__neon))
    #elseif arch(arm)
      variants.append(
        Variant(
          name: "qs8-gemm-4x8--neon", isSupported: CPUFeatures.hasNEON, form: .pairs, rows: 4,
          columns: 16, speed: 1, function: octet_qs8_gemm_4x8__neon))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable

  /// The fastest of those that take weights beyond int8, of -255...255.
  package static let bestOfPairs: Variant =
    variants.first { $0.isSupported && $0.form == .pairs } ?? portable
}
