import OctetDiagnostics
import OctetQuantize

extension CalibrationTable {
  /// Tells of ranges that reach eight times as far as 999 of 1000 numbers of their tensor (`OCT0953`), by what was counted; nil
  /// where there are none. What is exactly zero does not count, since every scale has it.
  ///
  /// The cost is that of the scale instead of one for 999 of 1000 numbers.
  func remarkOnTails(_ statistics: CalibrationStatistics) -> Diagnostic? {
    var found: [(name: String, text: String, cost: Int)] = []
    for ((name, range), tensor) in zip(entries, statistics.tensors) where name == tensor.name {
      let end = max(abs(range.low), abs(range.high))
      guard let common = tensor.values.magnitude(ofShare: 0.999), end >= 8 * common else {
        continue
      }
      let cost = decibels(ofScale: end, insteadOf: common)
      found.append(
        (
          name,
          "the range of '\(name)' reaches \(shortDecimal(end)), 999 of 1000 numbers stay within \(shortDecimal(common)): costs them \(cost) dB",
          cost
        ))
    }
    guard let worst = found.max(by: { $0.cost < $1.cost }) else { return nil }
    return Diagnostic(
      .longTail, worst.text,
      notes: bounded(found.filter { $0.name != worst.name }.map { $0.text }, to: 5),
      helps: [
        .init(
          "if the few do not matter, clip them",
          arguments: ["--calibrator-for", "\(worst.name)=percentile:99.9"]),
        .init("or keep what reads it in int16 with --precision"),
      ])
  }
}

extension Histogram {
  /// How far from zero so many of the numbers but zero lie at most; nil where too few were counted for that.
  fileprivate func magnitude(ofShare share: Double) -> Float? {
    let total = bins.reduce(0, +)
    guard total >= 10_000 else { return nil }
    var seen = 0
    for (bin, count) in bins.enumerated() {
      seen += count
      if Double(seen) >= share * Double(total) { return Float(bin + 1) * width }
    }
    return nil
  }
}
