import COctetKernels

/// What a histogram of float values is made of.
package enum F32Histogram {
  /// The smallest and the largest value; nil if one is not finite, or if there is none.
  package static func extent(
    _ values: UnsafeBufferPointer<Float>
  ) -> (smallest: Float, largest: Float)? {
    guard let base = values.baseAddress, !values.isEmpty else { return nil }
    var (smallest, largest): (Float, Float) = (0, 0)
    guard octet_f32_extent(values.count, base, &smallest, &largest) != 0 else { return nil }
    return (smallest, largest)
  }

  /// Counts |x| · scale, rounded down and at most the last bin, of the values that are neither zero nor
  /// subnormal, apart for those below zero.
  ///
  /// - Parameters:
  ///   - values: Finite; |x| · scale is below 2^31.
  ///   - negative: As many bins as `positive`.
  /// - Returns: how many values are left out.
  package static func count(
    _ values: UnsafeBufferPointer<Float>, scale: Float,
    positive: UnsafeMutableBufferPointer<UInt64>, negative: UnsafeMutableBufferPointer<UInt64>
  ) -> Int {
    guard let base = values.baseAddress, let above = positive.baseAddress,
      let below = negative.baseAddress, positive.count == negative.count
    else { return 0 }
    return octet_f32_count(values.count, base, scale, positive.count, above, below)
  }
}
