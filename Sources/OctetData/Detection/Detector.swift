/// How the outputs of a detector become boxes: raw heads, one an output, or boxes that the model has decoded.
///
/// Its text form, which importers write, `--detector` takes and `.tflite` files keep, has a line for
/// each:
///
///     yolo classes=80 anchors=81x82,135x169,344x319 scale_xy=1 output=yolo16
///     region classes=20 anchors=1.08x1.19,3.42x4.41 softmax=1 output=region31
///     boxes classes=10 form=xyxy unit=part scores=scores output=boxes
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

  /// Boxes that the model has decoded itself: an output [1, n, 4] with another of [1, n, classes] for
  /// their scores, or one output [1, n, 4 + classes] or [1, n, 5 + classes]. In the last form the fifth number is the
  /// objectness, by which the classes' scores are multiplied.
  public struct DecodedBoxes: Sendable, Equatable {
    /// What the four numbers of a box are.
    public enum Form: String, Sendable, CaseIterable {
      /// Left, top, right, bottom.
      case xyxy
      /// Top, left, bottom, right.
      case yxyx
      /// Left, top, width, height.
      case xywh
      /// The centre, width, height.
      case cxcywh
    }

    /// What they are measured in.
    public enum Unit: String, Sendable, CaseIterable {
      /// Parts of the width and height of the model's input.
      case part
      /// Pixels of the model's input.
      case pixel
    }

    public var classes: Int
    public var form: Form
    public var unit: Unit
    /// The name of the output with the scores, 0 to 1 and without spaces; nil when they stand behind
    /// the boxes.
    public var scores: String?
    /// The name of the output with the boxes.
    public var output: String

    public init(
      classes: Int, form: Form, unit: Unit = .part, scores: String? = nil, output: String
    ) {
      self.classes = classes
      self.form = form
      self.unit = unit
      self.scores = scores
      self.output = output
    }
  }

  public let heads: [Head]
  public let boxes: [DecodedBoxes]
  /// How many classes it tells apart.
  public let classes: Int

  /// - Precondition: there is a head or are boxes, and all have the same number of classes, at least 1.
  public init(heads: [Head], boxes: [DecodedBoxes] = []) {
    let classes = heads.map { $0.classes } + boxes.map { $0.classes }
    precondition(!classes.isEmpty, "a detector has a head")
    precondition(classes.allSatisfy { $0 == classes[0] }, "classes differ")
    precondition(classes[0] > 0, "a detector has a class")
    self.heads = heads
    self.boxes = boxes
    self.classes = classes[0]
  }

  /// The part that reads only these outputs; nil when nothing is left.
  package func reading(only outputs: [String]) -> Detector? {
    let heads = heads.filter { outputs.contains($0.output) }
    let boxes = boxes.filter {
      outputs.contains($0.output) && outputs.contains($0.scores ?? $0.output)
    }
    return heads.isEmpty && boxes.isEmpty ? nil : Detector(heads: heads, boxes: boxes)
  }

  /// The detector of a model whose outputs have other names.
  package func reading(outputsRenamed names: [String: String]) -> Detector {
    func name(_ old: String) -> String { names[old] ?? old }
    return Detector(
      heads: heads.map { head in
        var head = head
        head.output = name(head.output)
        return head
      },
      boxes: boxes.map { boxes in
        var boxes = boxes
        boxes.output = name(boxes.output)
        boxes.scores = boxes.scores.map(name)
        return boxes
      })
  }

  /// The text form; `Detector(text)` reads it back.
  public var text: String {
    (heads.map { $0.text } + boxes.map { $0.text }).joined(separator: "\n")
  }
}
