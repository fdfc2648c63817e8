/// A dense int8 layer: rows of inputs, widened, times a matrix of weights.
package final class QS8Dense {
  private let rows: Int
  private let depth: Int
  private let inputZeroPoint: Int32
  private let output: QS8Output
  private let gemm: QS8GEMM.Variant
  private let widen: QS8Widen.Variant
  private let packed: UnsafeMutablePointer<Int16>
  private let offsets: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - rows: At least 1.
  ///   - weights: int8 [output.channels][depth].
  ///   - inputZeroPoint: −128...127.
  ///   - pool: Packs the weights.
  package init(
    rows: Int, depth: Int, weights: UnsafePointer<Int8>, inputZeroPoint: Int32, output: QS8Output,
    pool: WorkPool, gemm: QS8GEMM.Variant = QS8GEMM.best, widen: QS8Widen.Variant = QS8Widen.best
  ) {
    self.rows = rows
    self.depth = depth
    self.inputZeroPoint = inputZeroPoint
    self.output = output
    self.gemm = gemm
    self.widen = widen
    let channels = output.channels
    let block = QS8GEMM.packedWeightCount(n: 16, runs: 1, runLength: depth)
    let blocks = QS8GEMM.blocks(channels)
    let packed = UnsafeMutablePointer<Int16>.aligned(blocks * block)
    self.packed = packed
    pool.run(
      Work(count: blocks) { index, _ in
        QS8GEMM.packWeights(
          weights, block: index, n: channels, runs: 1, runLength: depth,
          into: packed + index * block)
      })
    offsets = .aligned(rows + 1)
    for row in 0..<rows { offsets[row] = Int32(row * Self.stride(depth)) }
    offsets[rows] = 0
  }

  deinit {
    packed.deallocate()
    offsets.deallocate()
  }

  package var kernel: String { "\(gemm.name)" }

  /// Whether rows of this size can be addressed.
  package static func canCompute(rows: Int, depth: Int) -> Bool {
    let (count, overflow) = rows.multipliedReportingOverflow(by: stride(depth))
    return rows > 0 && !overflow && count <= Int(Int32.max)
  }

  /// The work from int8 [rows][depth] to int8 [rows][output.channels], whose scratch is asked for here.
  package func phases(
    _ input: UnsafePointer<Int8>, _ result: UnsafeMutablePointer<Int8>, threads: Int,
    scratch: Scratch
  ) -> [Work] {
    let stride = Self.stride(depth)
    scratch.require(shared: rows * stride * MemoryLayout<Int16>.stride, perWorker: 0)
    let channels = output.channels
    let blocks = QS8GEMM.blocks(channels)
    // Less than about a million products are not worth a second thread.
    let parts = threads == 1 || rows * depth * channels < 1 << 20 ? 1 : min(blocks, 2 * threads)
    return [
      Work { [self] _, _ in
        widen.run(
          rows: rows, count: depth, from: input, fromStride: depth, zeroPoint: inputZeroPoint,
          to: scratch.shared.assumingMemoryBound(to: Int16.self), toStride: stride)
      },
      Work(count: parts) { [self] part, _ in
        let first = 16 * (part * blocks / parts)
        let matrix = QS8GEMM.Rows(
          base: scratch.shared.assumingMemoryBound(to: Int16.self), rowOffsets: offsets,
          runOffsets: offsets + rows, runs: 1, runLength: depth)
        gemm.run(
          m: rows, n: min(channels, 16 * ((part + 1) * blocks / parts)) - first, a: matrix,
          weights: packed + first * stride, output: output, channel: first, c: result + first,
          cStride: channels)
      },
    ]
  }

  /// Elements of a widened row: an odd one meets a zero weight in its last pair.
  private static func stride(_ depth: Int) -> Int { depth + depth % 2 }
}
