import OctetData
public import OctetDiagnostics

/// A class and its score, as the model gives it.
public struct ClassScore: Sendable, Equatable {
  /// Counts from 0.
  public var classIndex: Int
  /// The class's name where it is known.
  public var label: String?
  public var score: Float

  public init(classIndex: Int, label: String? = nil, score: Float) {
    self.classIndex = classIndex
    self.label = label
    self.score = score
  }

  /// Whether a tensor of these extents, batch first, is a list of scores: one of the others is above 1 at
  /// most.
  static func isList(_ extents: [Int?]) -> Bool { extents.dropFirst().count { $0 != 1 } <= 1 }

  /// The `count` largest scores, largest first; of equal ones the lower class comes first.
  public static func top(_ count: Int, of scores: [Float], names: ClassNames? = nil) -> [ClassScore]
  {
    scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(count).map { index in
      ClassScore(
        classIndex: index, label: names?.label(index), score: scores[index])
    }
  }

  /// `tabby 0.508`, or `class 282 0.508` without a name.
  public var text: String {
    "\(label ?? ClassNames.title(classIndex)) \(decimals(Double(score), 3))"
  }

  public var json: JSON {
    .members([
      ("class", .int(classIndex)), ("label", label.map { .string($0) }),
      ("score", .number(Double(score))),
    ])
  }
}
