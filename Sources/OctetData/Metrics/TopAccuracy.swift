public import OctetDiagnostics

/// Counts how often the best score is the right class's.
///
/// ```swift
/// var accuracy = TopAccuracy()
/// try accuracy.record([0.1, 0.7, 0.2], label: 1)
/// accuracy.value  // 1.0
/// ```
public struct TopAccuracy: Sendable, Equatable {
  public private(set) var correct = 0
  public private(set) var total = 0

  public init() {}

  /// `correct / total`; 0 before the first sample.
  public var value: Double { total == 0 ? 0 : Double(correct) / Double(total) }

  /// Counts one sample with `scores` by class whose class is `label`. Of equal scores the first class's
  /// is the best; a score that is not a number is never right.
  ///
  /// - Throws: `.labelsMismatch` when `label` is not a class of the scores.
  public mutating func record(_ scores: [Float], label: Int) throws(Diagnostic) {
    guard scores.indices.contains(label) else {
      throw unknownClass(label, of: scores.count)
    }
    total += 1
    if bestClass(scores) == label { correct += 1 }
  }
}

/// The diagnostic for a label that is none of a model's classes.
package func unknownClass(_ label: Int, of classes: Int) -> Diagnostic {
  Diagnostic(
    .labelsMismatch,
    "the label \(label) is not one of the \(classes) classes the model tells apart",
    notes: ["labels count from 0"])
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
