/// A dense layer of int16 rows and int8 weights.
package final class QS16Dense {
  private let rows: Int
  private let depth: Int
  private let output: QS16Output
  private let gemm: QS16GEMM.Variant
  private let packed: UnsafeMutableRawPointer
  private let offsets: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - rows: At least 1, with `depth` as `QS8Dense.canCompute` takes them.
  ///   - weights: int8 [output.channels][depth].
  ///   - pool: Packs the weights.
  package init(
    rows: Int, depth: Int, weights: UnsafePointer<Int8>, _ output: QS16Output, pool: WorkPool,
    gemm: QS16GEMM.Variant = QS16GEMM.best
  ) {
    self.rows = rows
    self.depth = depth
    self.output = output
    self.gemm = gemm
    let channels = output.channels
    let block = QS8GEMM.blockBytes(.pairs, runs: 1, runLength: depth)
    let blocks = QS8GEMM.blocks(channels)
    let packed = UnsafeMutableRawPointer.allocate(byteCount: blocks * block, alignment: 64)
    self.packed = packed
    pool.run(
      Work(count: blocks) { index, _ in
        QS8GEMM.packWeights(
          .pairs, weights, block: index, n: channels, runs: 1, runLength: depth,
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

  /// The work from int16 [rows][depth] to int16 [rows][output.channels], whose scratch is asked for here.
  package func phases(
    _ input: UnsafePointer<Int16>, _ result: UnsafeMutablePointer<Int16>, threads: Int,
    scratch: Scratch
  ) -> [Work] {
    let stride = Self.stride(depth)
    scratch.require(shared: rows * stride * MemoryLayout<Int16>.size, perWorker: 0)
    let channels = output.channels
    let blocks = QS8GEMM.blocks(channels)
    let isSmall = threads == 1 || rows * depth * channels < QS8Dense.leastForThreads
    let parts = isSmall ? 1 : min(blocks, 2 * threads)
    let blockBytes = QS8GEMM.blockBytes(.pairs, runs: 1, runLength: depth)
    return [
      // A row of an odd number of values is read one further.
      Work { [self] _, _ in
        let copy = scratch.shared.assumingMemoryBound(to: Int16.self)
        for row in 0..<rows {
          (copy + row * stride).update(from: input + row * depth, count: depth)
        }
      },
      Work(count: parts) { [self] part, _ in
        let first = 16 * (part * blocks / parts)
        gemm.run(
          m: rows, n: min(channels, 16 * ((part + 1) * blocks / parts)) - first,
          a: QS8GEMM.Rows(
            .pairs, base: scratch.shared, rowOffsets: offsets, runOffsets: offsets + rows, runs: 1,
            runLength: depth),
          weights: packed + first / 16 * blockBytes, output: output, channel: first,
          c: result + first, cStride: channels)
      },
    ]
  }

  private static func stride(_ depth: Int) -> Int { (depth + 1) / 2 * 2 }
}
