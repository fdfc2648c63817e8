package import OctetKernels

/// Counts of absolute values in 2048 bins of equal width, and the extremes. Zeros and subnormal numbers
/// are counted apart: they are represented without error at any scale that is a normal number.
///
/// The bins' width is always a power of two, doubled (by merging pairs of bins) until the largest
/// value fits. So the result depends neither on the order of the values nor on how they are split
/// into calls, and memory does not grow with their number.
public struct Histogram: Sendable, Equatable {
  public static let binCount = 2048
  /// Of the width of a bin.
  package static let leastExponent = -120

  public private(set) var low = Float.infinity
  public private(set) var high = -Float.infinity
  public private(set) var zeros = 0
  public private(set) var bins = [Int](repeating: 0, count: Histogram.binCount)
  /// Those of `bins` that stand for values below 0.
  public private(set) var negatives = [Int](repeating: 0, count: Histogram.binCount)
  /// Bin i holds |x| in i*2^e ..< (i+1)*2^e; nil until a value is added that is not counted apart.
  package private(set) var widthExponent: Int?

  package init() {}

  /// What another one has held.
  ///
  /// - Returns: nil for what no values give: an end beyond the bins, counts below 0 or of more than 2^48 values.
  package init?(
    low: Float, high: Float, zeros: Int, widthExponent: Int?, positives: [Int], negatives: [Int]
  ) {
    guard low.isFinite, high.isFinite, low <= high, positives.count <= Self.binCount,
      negatives.count <= Self.binCount
    else { return nil }
    var total = 0
    for count in [zeros] + positives + negatives {
      guard (0...1 << 48).contains(count) else { return nil }
      total += count
    }
    guard total <= 1 << 48 else { return nil }
    (self.low, self.high, self.zeros, self.widthExponent) = (low, high, zeros, widthExponent)
    for (i, count) in positives.enumerated() { bins[i] += count }
    for (i, count) in negatives.enumerated() {
      bins[i] += count
      self.negatives[i] = count
    }
    let holdsCounts = total > zeros
    guard let widthExponent else {
      if holdsCounts { return nil }
      return
    }
    guard (Self.leastExponent...117).contains(widthExponent),
      max(abs(low), abs(high)) < width * Float(Self.binCount)
    else { return nil }
  }

  /// The width of a bin; 0 while all values are zero.
  public var width: Float {
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

  /// Takes in what `other` has seen: the result is that of adding all its values here.
  package mutating func merge(_ other: Histogram) {
    low = min(low, other.low)
    high = max(high, other.high)
    zeros += other.zeros
    guard let exponent = other.widthExponent else { return }
    var other = other
    widen(toExponent: exponent)
    other.widen(toExponent: widthExponent ?? exponent)
    for i in 0..<Histogram.binCount {
      bins[i] += other.bins[i]
      negatives[i] += other.negatives[i]
    }
  }

  private mutating func widen(toHold limit: Float) {
    // 2^(exponent+1) exceeds the limit, and 2048 bins are 2^11.
    widen(toExponent: max(Int(limit.exponent) + 1 - 11, Histogram.leastExponent))
  }

  /// Widens bins of less than 2^`wanted`.
  private mutating func widen(toExponent wanted: Int) {
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
}
