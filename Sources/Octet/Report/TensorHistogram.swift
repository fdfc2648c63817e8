import OctetDiagnostics
import OctetIR
import OctetQuantize

/// What a report draws of a tensor's numbers.
struct TensorHistogram: Sendable {
  /// The ends of the bins, which hold the data and the range chosen.
  let low: Float
  let high: Float
  /// Numbers of the reference, and those of the model where it has codes.
  let counts: [Int]
  let found: [Int]?
  /// Ends of a symmetric range, or of one on one side, with what quantizing to it would cost: the mean squared error, and the
  /// divergence that entropy calibration looks at.
  let thresholds: [Float]
  let errors: [Double]
  let divergences: [Double?]

  private static let binCount = 80
  private static let thresholdCount = 32

  /// Nil for a tensor without numbers, or of zeros alone.
  init?(_ statistics: PairStatistics) {
    let histogram = statistics.histogram
    guard histogram.low < histogram.high, histogram.width > 0 else { return nil }
    let range = statistics.range
    let low = min(histogram.low, range?.lowerBound ?? 0, 0)
    let high = max(histogram.high, range?.upperBound ?? 0, 0)
    func place(_ value: Float) -> Int {
      max(0, min(Self.binCount - 1, Int((value - low) / (high - low) * Float(Self.binCount))))
    }
    var counts = [Int](repeating: 0, count: Self.binCount)
    counts[place(0)] += histogram.zeros
    for (index, (all, negative)) in zip(histogram.bins, histogram.negatives).enumerated()
    where all > 0 {
      let value = (Float(index) + 0.5) * histogram.width
      counts[place(value)] += all - negative
      counts[place(-value)] += negative
    }
    self.counts = counts
    (self.low, self.high) = (low, high)
    if let range, !statistics.codes.isEmpty {
      var found = [Int](repeating: 0, count: Self.binCount)
      for (code, count) in statistics.codes.enumerated() where count > 0 {
        found[
          place(range.lowerBound + (range.upperBound - range.lowerBound) * Float(code) / 255)] +=
          count
      }
      self.found = found
    } else {
      found = nil
    }
    let levels = histogram.low >= 0 || histogram.high <= 0 ? 256 : 128
    let last = (histogram.bins.lastIndex { $0 > 0 } ?? 0) + 1
    let ends = (1...Self.thresholdCount).map { max(1, last * $0 / Self.thresholdCount) }
    thresholds = ends.map { Float($0) * histogram.width }
    errors = ends.map { Self.error(histogram, end: $0, levels: levels) }
    divergences = EntropyThreshold.divergences(histogram.bins, binCounts: ends, levels: levels)
  }

  /// The mean squared error of rounding what lies within so many bins to `levels` levels, and of cutting off the rest.
  private static func error(_ histogram: Histogram, end: Int, levels: Int) -> Double {
    let threshold = Double(end) * Double(histogram.width)
    let step = threshold / Double(levels)
    var (sum, count) = (0.0, histogram.zeros)
    for (index, bin) in histogram.bins.enumerated() where bin > 0 {
      count += bin
      if index < end {
        sum += Double(bin) * step * step / 12
      } else {
        let beyond = (Double(index) + 0.5) * Double(histogram.width) - threshold
        sum += Double(bin) * beyond * beyond
      }
    }
    return sum / Double(max(count, 1))
  }

  var histogramJSON: JSON {
    .members([
      ("low", .number(Double(low))), ("high", .number(Double(high))), ("counts", .ints(counts)),
      ("found", found.map { .ints($0) }),
    ])
  }

  /// Divergences that there are none of are 0.
  var curvesJSON: JSON {
    .members([
      ("thresholds", .array(thresholds.map { .number(Double($0)) })),
      ("mse", .array(errors.map { .number($0) })),
      (
        "kl",
        divergences.contains { $0 != nil }
          ? .array(divergences.map { .number($0 ?? 0) }) : nil
      ),
    ])
  }
}
