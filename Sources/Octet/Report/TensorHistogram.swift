import OctetDiagnostics
import OctetIR
import OctetQuantize

/// What a report draws of a tensor's numbers.
struct TensorHistogram: Sendable {
  /// What ranges would cost that end elsewhere, the other end staying where it is.
  struct Curves: Sendable {
    /// Ends below 0 are lower ends of a range, those above 0 upper ones; ascending.
    let ends: [Float]
    /// The mean squared error of rounding to the codes of such a range, and of cutting off what lies beyond.
    let errors: [Double]
    /// The divergence that entropy calibration looks at, of a range that is cut at this distance from 0 on both sides; nil
    /// where there is none.
    let divergences: [Double?]
  }

  /// The ends of the bins, which hold the data and the range chosen.
  let low: Float
  let high: Float
  /// Numbers of the reference, and those of the model where it has codes.
  let counts: [Int]
  let found: [Int]?
  /// Nil where the numbers are rounded already.
  let curves: Curves?

  /// Divides 256: as many codes in each.
  private static let binCount = 64
  /// Of each side of 0.
  private static let endCount = 24

  init?(_ statistics: PairStatistics) {
    self.init(statistics.histogram, statistics.type, codes: statistics.codes)
  }

  /// Nil for a tensor without numbers, or of zeros alone.
  ///
  /// - Parameters:
  ///   - type: what holds them.
  ///   - codes: how many of each there are, in 256 classes; empty where that is not known.
  init?(_ histogram: Histogram, _ type: TensorType, codes: [Int] = [], hasCurves: Bool = true) {
    guard histogram.low < histogram.high, histogram.width > 0 else { return nil }
    let codec = Codec(type)
    let range = codec.map { $0.real($0.least)...$0.real($0.largest) }
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
    if let range, !codes.isEmpty {
      var found = [Int](repeating: 0, count: Self.binCount)
      for (code, count) in codes.enumerated() where count > 0 {
        found[
          place(range.lowerBound + (range.upperBound - range.lowerBound) * Float(code) / 255)] +=
          count
      }
      self.found = found
    } else {
      found = nil
    }
    curves =
      hasCurves
      ? Curves(
        histogram, range ?? min(histogram.low, 0)...max(histogram.high, 0),
        steps: codec.map { $0.largest - $0.least } ?? 255, count: Self.endCount) : nil
  }

  var json: JSON {
    .members([
      ("low", .single(low)), ("high", .single(high)), ("counts", .ints(counts)),
      ("found", found.map { .ints($0) }),
    ])
  }
}

extension TensorHistogram.Curves {
  /// - Parameters:
  ///   - range: the one chosen.
  ///   - steps: between its codes.
  ///   - count: of ends on each side that holds numbers.
  fileprivate init(
    _ histogram: Histogram, _ range: ClosedRange<Float>, steps: Float, count: Int
  ) {
    let (positives, negatives) = (histogram.positives, histogram.negatives)
    func bins(_ side: [Int]) -> [Int] {
      guard let last = side.lastIndex(where: { $0 > 0 }) else { return [] }
      return Set((1...count).map { max(1, (last + 1) * $0 / count) }).sorted()
    }
    let (below, above) = (bins(negatives).reversed(), bins(positives))
    ends = below.map { -Float($0) * histogram.width } + above.map { Float($0) * histogram.width }
    errors = ends.map { end in
      let (low, high) = end < 0 ? (end, range.upperBound) : (range.lowerBound, end)
      let step = Double(high - low) / Double(steps)
      var sum = 0.0
      func add(_ side: [Int], _ limit: Double) {
        for (index, bin) in side.enumerated() where bin > 0 {
          let beyond = (Double(index) + 0.5) * Double(histogram.width) - limit
          sum += Double(bin) * (beyond > 0 ? beyond * beyond : step * step / 12)
        }
      }
      add(positives, Double(max(high, 0)))
      add(negatives, Double(max(-low, 0)))
      return sum / Double(max(histogram.zeros + histogram.bins.reduce(0, +), 1))
    }
    divergences = EntropyThreshold.divergences(
      histogram.bins, binCounts: Array(below) + above,
      levels: histogram.low >= 0 || histogram.high <= 0 ? 256 : 128)
  }

  /// Divergences that there are none of are 0.
  var json: JSON {
    .members([
      ("thresholds", .singles(ends)), ("mse", .array(errors.map { .number($0) })),
      (
        "kl",
        divergences.contains { $0 != nil }
          ? .array(divergences.map { .number($0 ?? 0) }) : nil
      ),
    ])
  }
}
