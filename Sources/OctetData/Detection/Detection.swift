public import OctetDiagnostics

/// An object a detector has found.
public struct Detection: Sendable, Equatable {
  /// Counts from 0.
  public var classIndex: Int
  /// The class's name where it is known.
  public var label: String?
  /// 0 to 1.
  public var score: Float
  /// In pixels of the picture; may reach beyond it.
  public var box: Box

  public init(classIndex: Int, label: String? = nil, score: Float, box: Box) {
    self.classIndex = classIndex
    self.label = label
    self.score = score
    self.box = box
  }

  /// `dog`, or `class 16` without a name.
  public var title: String { label ?? ClassNames.title(classIndex) }

  /// `dog 0.829  x=124 y=219 w=258 h=300`, in whole pixels.
  public var text: String {
    let sides = [("x", box.x), ("y", box.y), ("w", box.width), ("h", box.height)]
    return "\(title) \(decimals(Double(score), 3))  "
      + sides.map { "\($0)=\(decimals($1, 0))" }.joined(separator: " ")
  }

  /// `class`, `label` where there is one, `score`, and `box` as x, y, width and height.
  public var json: JSON {
    .members([
      ("class", .int(classIndex)), ("label", label.map { .string($0) }),
      ("score", .number(Double(score))),
      (
        "box",
        .array([box.x, box.y, box.width, box.height].map { .number(rounded($0, 2)) })
      ),
    ])
  }
}

/// Which of a detector's candidates are detections.
public struct DetectionOptions: Sendable, Equatable {
  /// The least score, above 0 and at most 1.
  public var score: Float
  /// Of two boxes of one class that overlap more than this (`Box.overlap`), the one with the lower
  /// score is dropped; 1 keeps all.
  public var overlap: Double
  /// Whether a box counts for each class with the score, as average precision wants it, or for its best
  /// class alone.
  public var allClasses: Bool

  public init(score: Float = 0.25, overlap: Double = 0.45, allClasses: Bool = false) {
    self.score = score
    self.overlap = overlap
    self.allClasses = allClasses
  }
}
