/// How the raw outputs of a detector become boxes: one head an output.
///
/// Its text form, which importers write and `.tflite` files keep, has a head a line:
///
///     yolo classes=80 anchors=81x82,135x169,344x319 scale_xy=1 output=yolo16
///     region classes=20 anchors=1.08x1.19,3.42x4.41 softmax=1 output=region31
public struct Detector: Sendable, Equatable {
  /// The kind of a head, after Darknet's layers.
  public enum Kind: String, Sendable, CaseIterable {
    /// YOLO 3 and 4: anchors in pixels of the model's input, classes by sigmoid.
    case yolo
    /// YOLO 2: anchors in cells, classes by softmax or sigmoid.
    case region
  }

  /// Width and height of a box that a cell begins with.
  public struct Anchor: Sendable, Equatable {
    public var width: Double
    public var height: Double

    public init(width: Double, height: Double) {
      self.width = width
      self.height = height
    }
  }

  /// An output of shape [1, rows, columns, anchors x (5 + classes)]: for each anchor x, y, width,
  /// height, objectness and the classes, before their activations.
  public struct Head: Sendable, Equatable {
    public var kind: Kind
    public var classes: Int
    public var anchors: [Anchor]
    /// By how much a `yolo` centre reaches beyond its cell; 1 for not at all.
    public var scaleXY: Double
    /// Whether the classes of a `region` exclude each other.
    public var usesSoftmax: Bool
    /// The output's name.
    public var output: String

    public init(
      _ kind: Kind, classes: Int, anchors: [Anchor], scaleXY: Double = 1, usesSoftmax: Bool = true,
      output: String
    ) {
      self.kind = kind
      self.classes = classes
      self.anchors = anchors
      self.scaleXY = scaleXY
      self.usesSoftmax = usesSoftmax
      self.output = output
    }

    /// Channels of the output.
    var channels: Int { anchors.count * (5 + classes) }
  }

  /// At least one, all of the same classes.
  public let heads: [Head]

  /// - Precondition: there is a head, and all have the same number of classes, at least 1.
  public init(heads: [Head]) {
    precondition(!heads.isEmpty, "a detector has a head")
    precondition(heads.allSatisfy { $0.classes == heads[0].classes }, "classes differ")
    precondition(heads[0].classes > 0, "a detector has a class")
    self.heads = heads
  }

  /// How many classes it tells apart.
  public var classes: Int { heads[0].classes }

  /// The text form; `Detector(text)` reads it back.
  public var text: String { heads.map { $0.text }.joined(separator: "\n") }
}
