extension Histogram {
  /// The range that an algorithm takes from what was seen; it always holds 0.
  public func range(_ algorithm: CalibrationAlgorithm) -> CalibrationTable.Range {
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
    case .percentile(let percent): return clipped(beyond: (100 - percent) / 200)
    case .meanSquaredError: return leastErrorRange()
    }
  }

  /// Those of `bins` that stand for values above 0.
  package var positives: [Int] { zip(bins, negatives).map { $0 - $1 } }

  /// The range that at most the part `share` of all values lies beyond on each side.
  private func clipped(beyond share: Double) -> CalibrationTable.Range {
    let most = Double(zeros + bins.reduce(0, +)) * share
    func end(_ counts: [Int]) -> Float {
      var beyond = 0
      for (bin, count) in counts.enumerated().reversed() {
        beyond += count
        if Double(beyond) > most { return Float(bin + 1) * width }
      }
      return 0
    }
    return CalibrationTable.Range(
      low: max(min(low, 0), -end(negatives)), high: min(max(high, 0), end(positives)))
  }

  /// Both ends are moved in turn until neither lessens the error.
  private func leastErrorRange() -> CalibrationTable.Range {
    let full = CalibrationTable.Range(low: min(low, 0), high: max(high, 0))
    var range = full
    // An end that was moved gives the other one finer steps: a few rounds settle.
    for _ in 0..<16 {
      let before = range
      let positives = positives
      range.high = end(
        of: positives, weight: 1, limit: full.high, opposite: -range.low,
        others: inside(negatives, -range.low))
      range.low = -end(
        of: negatives, weight: 1, limit: -full.low, opposite: range.high,
        others: inside(positives, range.high))
      if range == before { break }
    }
    return range
  }

  /// The lower end of a range up to `high` with the least squared error, where errors of negative values
  /// count `gain` times: of rounding to 256 codes, and of clipping what lies below.
  package func low(high: Float, negativeGain gain: Float) -> Float {
    guard gain > 0 else { return 0 }
    return -end(
      of: negatives, weight: Double(gain * gain), limit: max(-low, 0), opposite: high,
      others: inside(positives, high))
  }

  /// How many of one side's values a range holds that ends there.
  private func inside(_ counts: [Int], _ end: Float) -> Double {
    guard width > 0 else { return 0 }
    let bins = min(Float(counts.count), (end / width).rounded(.up))
    return Double(counts[..<Int(max(0, bins))].reduce(0, +))
  }

  /// How far from 0 a range ends on one side, when it ends `opposite` on the other, for the least squared error of
  /// rounding to 256 codes and of clipping.
  ///
  /// - Parameters:
  ///   - counts: of the side's values by their distance from 0; an error of theirs counts `weight` times.
  ///   - limit: of the distances.
  ///   - others: how many values the range holds on the other side.
  private func end(
    of counts: [Int], weight: Double, limit: Float, opposite: Float, others: Double
  ) -> Float {
    let (width, opposite) = (Double(width), Double(opposite))
    let total = Double(counts.reduce(0, +))
    // Of the values beyond the end: how many, their sum and the sum of their squares.
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    var best = (end: limit, error: Double.infinity)
    for index in counts.indices.reversed() {
      let end = Double(index + 1) * width
      let step = (opposite + end) / 255
      let rounding = step * step / 12 * (others + weight * (total - count))
      let error = rounding + weight * (squares - 2 * end * sum + end * end * count)
      if Float(end) <= limit + Float(width), error <= best.error {
        best = (min(limit, Float(end)), error)
      }
      let middle = (Double(index) + 0.5) * width
      let found = Double(counts[index])
      count += found
      sum += found * middle
      squares += found * middle * middle
    }
    return best.end
  }
}
