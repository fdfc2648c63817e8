public import OctetDiagnostics

/// Counts how often the right class is among the `k` best scores.
///
/// ```swift
/// var accuracy = TopAccuracy()
/// try accuracy.record([0.1, 0.7, 0.2], label: 1)
/// accuracy.value  // 1.0
/// ```
public struct TopAccuracy: Sendable, Equatable {
  public let k: Int
  public private(set) var correct = 0
  public private(set) var total = 0

  /// - Precondition: `k` is at least 1.
  public init(k: Int = 1) {
    precondition(k >= 1)
    self.k = k
  }

  /// The name in reports: `top1`.
  public var metric: String { "top\(k)" }

  /// `correct / total`; 0 before the first sample.
  public var value: Double { total == 0 ? 0 : Double(correct) / Double(total) }

  /// Counts one sample with `scores` by class whose class is `label`. Equal scores rank by class
  /// number, the lower first; a score that is not a number is never right.
  ///
  /// - Throws: `.labelsMismatch` when `label` is not a class of the scores.
  public mutating func record(_ scores: [Float], label: Int) throws(Diagnostic) {
    guard scores.indices.contains(label) else {
      throw Diagnostic(
        .labelsMismatch,
        "the label \(label) is not one of the \(scores.count) classes the model tells apart",
        notes: ["labels count from 0"])
    }
    total += 1
    if k == 1 {
      if bestClass(scores) == label { correct += 1 }
    } else if bestClasses(scores, count: k).contains(label) {
      correct += 1
    }
  }
}

/// The index of the largest score, the first of equal ones; nil when there is none. Scores that are
/// not numbers are passed over. O(n).
public func bestClass(_ scores: [Float]) -> Int? {
  var best: Int?
  var highest = -Float.infinity
  for (index, score) in scores.enumerated() where !score.isNaN {
    if best == nil || score > highest {
      best = index
      highest = score
    }
  }
  return best
}

/// The indices of the `count` largest scores, largest first, equal ones by index. Scores that are
/// not numbers are left out. O(n log n).
public func bestClasses(_ scores: [Float], count: Int) -> [Int] {
  let ranked = scores.indices.filter { !scores[$0].isNaN }.sorted {
    scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
  }
  return Array(ranked.prefix(max(0, count)))
}
