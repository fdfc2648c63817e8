package import OctetKernels

/// Counts of absolute values in 2048 bins of equal width, and the extremes. Zeros and subnormal numbers
/// are counted apart: they are represented without error at any scale that is a normal number.
///
/// The bins' width is always a power of two, doubled (by merging pairs of bins) until the largest
/// value fits. So the result depends neither on the order of the values nor on how they are split
/// into calls, and memory does not grow with their number.
package struct Histogram: Sendable, Equatable {
  package static let binCount = 2048

  package private(set) var low = Float.infinity
  package private(set) var high = -Float.infinity
  package private(set) var zeros = 0
  package private(set) var bins = [Int](repeating: 0, count: Histogram.binCount)
  /// Those of `bins` that stand for values below 0.
  package private(set) var negatives = [Int](repeating: 0, count: Histogram.binCount)
  /// Bin i holds |x| in i*2^e ..< (i+1)*2^e; nil until a value is added that is not counted apart.
  package private(set) var widthExponent: Int?

  package init() {}

  /// The width of a bin; 0 while all values are zero.
  package var width: Float {
    widthExponent.map { Float(sign: .plus, exponent: $0, significand: 1) } ?? 0
  }

  /// Adds values; returns false, having added nothing, when one is not finite.
  ///
  /// - Parameter pool: Its threads share the values.
  package mutating func add(_ values: UnsafeBufferPointer<Float>, pool: WorkPool = .caller) -> Bool
  {
    guard extend(to: values, pool: pool) else { return false }
    guard !values.isEmpty else { return true }
    let limit = max(abs(low), abs(high))
    if limit >= .leastNormalMagnitude { widen(toHold: limit) }
    guard let widthExponent else {
      zeros += values.count
      return true
    }
    let scale = Float(sign: .plus, exponent: -widthExponent, significand: 1)
    let counts = F32Histogram.counts(
      values, scale: scale, binCount: Histogram.binCount, pool: pool)
    zeros += counts.leftOut
    for i in 0..<Histogram.binCount {
      let negative = counts.bins[Histogram.binCount + i]
      bins[i] += Int(counts.bins[i] + negative)
      negatives[i] += Int(negative)
    }
    return true
  }

  /// As `add`, but only the extremes: counts and zeros stay as they are.
  package mutating func extend(
    to values: UnsafeBufferPointer<Float>, pool: WorkPool = .caller
  ) -> Bool {
    guard !values.isEmpty else { return true }
    guard let (smallest, largest) = F32Histogram.extent(values, pool: pool) else { return false }
    low = min(low, smallest)
    high = max(high, largest)
    return true
  }

  private mutating func widen(toHold limit: Float) {
    // 2^(exponent+1) exceeds the limit, and 2048 bins are 2^11.
    let wanted = max(Int(limit.exponent) + 1 - 11, -120)
    guard let present = widthExponent else {
      widthExponent = wanted
      return
    }
    for _ in 0..<max(0, wanted - present) {
      Histogram.mergePairs(&bins)
      Histogram.mergePairs(&negatives)
    }
    widthExponent = max(wanted, present)
  }

  private static func mergePairs(_ bins: inout [Int]) {
    for i in 0..<binCount / 2 { bins[i] = bins[2 * i] + bins[2 * i + 1] }
    for i in binCount / 2..<binCount { bins[i] = 0 }
  }

  /// The range that an algorithm takes from the counted values; it always holds 0.
  package func range(_ algorithm: CalibrationAlgorithm) -> CalibrationTable.Range {
    guard low <= high else { return CalibrationTable.Range(low: 0, high: 0) }
    let full = CalibrationTable.Range(low: min(low, 0), high: max(high, 0))
    switch algorithm {
    case .minMax: return full
    case .entropy:
      // With less than one value a bin there is no distribution to compare.
      guard bins.reduce(0, +) >= Histogram.binCount else { return full }
      // One-sided values get all codes, two-sided ones share them.
      let levels = low >= 0 || high <= 0 ? 256 : 128
      guard let bins = EntropyThreshold.bestBinCount(bins, levels: levels) else { return full }
      let threshold = Float(bins) * width
      return CalibrationTable.Range(
        low: max(full.low, -threshold), high: min(full.high, threshold))
    }
  }
}
