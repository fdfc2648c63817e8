import COctetKernels

/// What a histogram of float values is made of.
package enum F32Histogram {
  /// The smallest and the largest value; nil if one is not finite, or if there is none.
  ///
  /// - Parameter pool: Its threads share the values.
  package static func extent(
    _ values: UnsafeBufferPointer<Float>, pool: WorkPool
  ) -> (smallest: Float, largest: Float)? {
    guard let base = values.baseAddress, !values.isEmpty else { return nil }
    let parts = Parts(values.count, pool)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * parts.count) { ends in
      ends.initialize(repeating: .nan)
      pool.run(
        Work(count: parts.count) { part, _ in
          let range = parts.range(part)
          var (smallest, largest): (Float, Float) = (0, 0)
          if octet_f32_extent(range.count, base + range.lowerBound, &smallest, &largest) != 0 {
            (ends[2 * part], ends[2 * part + 1]) = (smallest, largest)
          }
        })
      var (smallest, largest) = (ends[0], ends[1])
      for part in 0..<parts.count {
        guard ends[2 * part].isFinite else { return nil }
        smallest = min(smallest, ends[2 * part])
        largest = max(largest, ends[2 * part + 1])
      }
      return (smallest, largest)
    }
  }

  /// Counts |x| · scale, rounded down and at most the last bin, of the values that are neither zero nor
  /// subnormal, and how many values are left out.
  ///
  /// - Parameters:
  ///   - values: Finite; |x| · scale is below 2^31.
  ///   - pool: Its threads share the values.
  /// - Returns: `bins`: [2][binCount], of the positive values, then of those below zero.
  package static func counts(
    _ values: UnsafeBufferPointer<Float>, scale: Float, binCount: Int, pool: WorkPool
  ) -> (bins: [UInt64], leftOut: Int) {
    guard let base = values.baseAddress else {
      return ([UInt64](repeating: 0, count: 2 * binCount), 0)
    }
    let parts = Parts(values.count, pool)
    // The last place is for those left out.
    let size = 2 * binCount + 1
    var counts = [UInt64](repeating: 0, count: parts.count * size)
    counts.withUnsafeMutableBufferPointer { counts in
      guard let first = counts.baseAddress else { return }
      pool.run(
        Work(count: parts.count) { part, _ in
          let range = parts.range(part)
          let place = first + part * size
          place[2 * binCount] = UInt64(
            octet_f32_count(
              range.count, base + range.lowerBound, scale, binCount, place, place + binCount))
        })
      for part in 1..<max(1, parts.count) {
        for bin in 0..<size { counts[bin] += counts[part * size + bin] }
      }
    }
    return (Array(counts[..<(2 * binCount)]), Int(counts[2 * binCount]))
  }

  /// Values in parts that are worth a thread's while.
  private struct Parts {
    let values: Int
    let count: Int

    init(_ values: Int, _ pool: WorkPool) {
      self.values = values
      count = pool.threadCount == 1 ? 1 : max(1, min(2 * pool.threadCount, values >> 15))
    }

    func range(_ part: Int) -> Range<Int> {
      part * values / count..<(part + 1) * values / count
    }
  }
}
