/// A dense float layer: rows of inputs times a matrix of weights.
package final class F32Dense {
  private let rows: Int
  private let depth: Int
  private let output: F32Output
  private let gemm: F32GEMM.Variant
  private let packed: UnsafeMutablePointer<Float>
  private let offsets: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - rows: At least 1.
  ///   - weights: [output.channels][depth].
  ///   - pool: Packs the weights.
  package init(
    rows: Int, depth: Int, weights: UnsafePointer<Float>, output: F32Output, pool: WorkPool,
    gemm: F32GEMM.Variant = F32GEMM.best
  ) {
    self.rows = rows
    self.depth = depth
    self.output = output
    self.gemm = gemm
    let channels = output.channels
    let blocks = QS8GEMM.blocks(channels)
    let packed = UnsafeMutablePointer<Float>.aligned(blocks * 16 * depth)
    self.packed = packed
    pool.run(
      Work(count: blocks) { block, _ in
        F32GEMM.packWeights(
          weights, block: block, n: channels, k: depth, into: packed + block * 16 * depth)
      })
    offsets = .aligned(rows + 1)
    for row in 0..<rows { offsets[row] = Int32(row * depth) }
    offsets[rows] = 0
  }

  deinit {
    packed.deallocate()
    offsets.deallocate()
  }

  package var kernel: String { "\(gemm.name)" }

  /// The work from [rows][depth] to [rows][output.channels].
  package func phases(
    _ input: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, threads: Int
  ) -> [Work] {
    let channels = output.channels
    let units = (channels + gemm.columns - 1) / gemm.columns
    let parts =
      threads == 1 || rows * depth * channels < QS8Dense.leastForThreads
      ? 1 : min(units, 2 * threads)
    return [
      Work(count: parts) { [self] part, _ in
        let first = gemm.columns * (part * units / parts)
        compute(
          first..<min(channels, gemm.columns * ((part + 1) * units / parts)), input, result)
      }
    ]
  }

  /// The same at once, for a layer whose inputs lie elsewhere each time.
  package func run(_ input: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>) {
    compute(0..<output.channels, input, result)
  }

  private func compute(
    _ channels: Range<Int>, _ input: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>
  ) {
    let first = channels.lowerBound
    gemm.run(
      m: rows, n: channels.count,
      a: F32GEMM.Rows(
        base: input, rowOffsets: offsets, runOffsets: offsets + rows, runs: 1, runLength: depth),
      weights: packed + first * depth, output: output, channel: first, c: result + first,
      cStride: output.channels)
  }
}
