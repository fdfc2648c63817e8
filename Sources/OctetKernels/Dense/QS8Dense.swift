/// A dense int8 layer: rows of inputs, widened, times a matrix of weights.
package final class QS8Dense {
  private let rows: Int
  private let depth: Int
  private let inputZeroPoint: Int32
  private let zeroPoints: UnsafePointer<Int32>?
  private let output: QS8Output
  private let gemm: QS8GEMM.Variant
  private let widen: QS8Widen.Variant
  private let packed: UnsafeMutableRawPointer
  private let offsets: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - rows: At least 1.
  ///   - weights: int8 [output.channels][depth].
  ///   - inputZeroPoint: −128...127.
  ///   - zeroPoints: Those of the rows, where each has its own, which is known when a run gets here.
  ///   - pool: Packs the weights.
  package init(
    rows: Int, depth: Int, weights: UnsafePointer<Int8>, inputZeroPoint: Int32,
    zeroPoints: UnsafePointer<Int32>? = nil, output: QS8Output, pool: WorkPool,
    gemm: QS8GEMM.Variant = QS8GEMM.best, widen: QS8Widen.Variant = QS8Widen.best
  ) {
    self.rows = rows
    self.depth = depth
    self.inputZeroPoint = inputZeroPoint
    self.zeroPoints = zeroPoints
    self.output = output.corrected(
      for: gemm.form, weights: weights, depth: depth, inputZeroPoint: inputZeroPoint)
    self.gemm = gemm
    self.widen = widen
    let channels = output.channels
    let block = QS8GEMM.blockBytes(gemm.form, runs: 1, runLength: depth)
    let blocks = QS8GEMM.blocks(channels)
    let packed = UnsafeMutableRawPointer.allocate(byteCount: blocks * block, alignment: 64)
    self.packed = packed
    pool.run(
      Work(count: blocks) { index, _ in
        QS8GEMM.packWeights(
          gemm.form, weights, block: index, n: channels, runs: 1, runLength: depth,
          into: packed + index * block)
      })
    offsets = .aligned(rows + 1)
    let stride = Self.stride(depth)
    for row in 0..<rows { offsets[row] = Int32(row * stride) }
    offsets[rows] = 0
  }

  deinit {
    packed.deallocate()
    offsets.deallocate()
  }

  /// Fewer products are not worth a second thread.
  static let leastForThreads = 1 << 20

  package var kernel: String { "\(gemm.name)" }

  /// Whether rows of this size can be addressed, by float layers too.
  package static func canCompute(rows: Int, depth: Int) -> Bool {
    let (count, overflow) = rows.multipliedReportingOverflow(by: stride(depth))
    return rows > 0 && !overflow && count <= Int(Int32.max)
  }

  /// The work from int8 [rows][depth] to int8 [rows][output.channels], or int32 where the output keeps sums, whose
  /// scratch is asked for here.
  package func phases<Result>(
    _ input: UnsafePointer<Int8>, _ result: UnsafeMutablePointer<Result>, threads: Int,
    scratch: Scratch
  ) -> [Work] {
    let stride = Self.stride(depth)
    let form = gemm.form
    scratch.require(shared: rows * stride * form.elementBytes, perWorker: 0)
    let channels = output.channels
    let units = (channels + gemm.columns - 1) / gemm.columns
    let parts =
      threads == 1 || rows * depth * channels < Self.leastForThreads ? 1 : min(units, 2 * threads)
    let blockBytes = QS8GEMM.blockBytes(form, runs: 1, runLength: depth)
    return [
      Work { [self] _, _ in
        for row in 0..<rows {
          form.copy(
            input + row * depth, count: depth, zeroPoints?[row] ?? inputZeroPoint, widen,
            to: scratch.shared + row * stride * form.elementBytes)
        }
      },
      Work(count: parts) { [self] part, _ in
        let first = gemm.columns * (part * units / parts)
        gemm.run(
          m: rows, n: min(channels, gemm.columns * ((part + 1) * units / parts)) - first,
          a: QS8GEMM.Rows(
            form, base: scratch.shared, rowOffsets: offsets, runOffsets: offsets + rows, runs: 1,
            runLength: depth),
          weights: packed + first / 16 * blockBytes, output: output, channel: first,
          c: result + first, cStride: channels)
      },
    ]
  }

  /// Elements of a row; those beyond its depth meet zero weights.
  private static func stride(_ depth: Int) -> Int { (depth + 3) / 4 * 4 }
}
