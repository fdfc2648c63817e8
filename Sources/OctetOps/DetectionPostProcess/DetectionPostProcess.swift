package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Decodes the boxes of an SSD detector and chooses those with the highest scores, of which none overlaps a better one:
/// the custom operator `TFLite_Detection_PostProcess`.
///
/// Inputs, float32 or uint8: encoded boxes [1,N,4 or more] as y, x, height and width; scores [1,N,classes or one more,
/// the background, first]; anchors [N,4]. Outputs, float32, with room for K = `max_detections` x `max_classes`: boxes
/// [1,K,4] as the edges top, left, bottom and right; classes [1,K]; scores [1,K], best first, then zeros; how many there
/// are [1]. Suppression takes each box by its best class, or, with `regular`, each class for itself.
package final class DetectionPostProcess: BuiltinOp {
  package struct Settings: Sendable {
    var detections: Int
    /// The best classes of a chosen box that become detections.
    var classesOfBox: Int
    /// The most boxes of one class, if each is taken for itself.
    var boxesOfClass: Int
    var isRegular: Bool
    var leastScore: Float
    var mostOverlap: Float
    var classes: Int
    /// What encoded y, x, height and width are divided by.
    var scales: [Float]
  }

  package let settings: Settings

  package init(_ settings: Settings) {
    self.settings = settings
  }

  package static let entry = OpEntry(
    "detection_postprocess", .custom, custom: "TFLite_Detection_PostProcess",
    types: [.float32, .uint8], "the best boxes of an SSD detector",
    notImported: "detectors are decoded by operators of their own",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow([
        "max_detections", "max_classes", "per_class", "regular", "score", "overlap", "classes",
        "scales",
      ])
      var scales: [Float] = []
      switch attributes.value("scales") {
      case .floats(let values)?: scales = values
      case .ints(let values)?: scales = values.map { Float($0) }
      default: break
      }
      return DetectionPostProcess(
        Settings(
          detections: try attributes.int("max_detections"),
          classesOfBox: try attributes.int("max_classes", default: 1),
          boxesOfClass: try attributes.int("per_class", default: 100),
          isRegular: try attributes.bool("regular", default: false),
          leastScore: try attributes.float("score", default: 0),
          mostOverlap: try attributes.float("overlap"), classes: try attributes.int("classes"),
          scales: scales))
    },
    read: DetectionPostProcess.read, cast: { $0 as? DetectionPostProcess })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [
      Attribute("max_detections", .int(settings.detections)),
      Attribute("max_classes", .int(settings.classesOfBox)),
      Attribute("per_class", .int(settings.boxesOfClass)),
      Attribute("regular", .bool(settings.isRegular)),
      Attribute("score", .float(settings.leastScore)),
      Attribute("overlap", .float(settings.mostOverlap)),
      Attribute("classes", .int(settings.classes)),
      Attribute("scales", .floats(settings.scales)),
    ]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let range = 1...4096
    guard range.contains(settings.detections), range.contains(settings.classesOfBox),
      range.contains(settings.boxesOfClass), range.contains(settings.classes),
      settings.mostOverlap > 0, settings.mostOverlap <= 1, settings.scales.count == 4,
      settings.scales.allSatisfy({ $0 > 0 && $0.isFinite })
    else {
      throw Diagnostic(
        .invalidAttribute,
        "numbers of detections and classes must be 1...4096, the overlap in 0...1, and four scales "
          + "above 0")
    }
    try operands.require(count: 3...3)
    let boxes = try operands.type(0, among: [.float32, .uint8], rank: 3).shape
    let scores = try operands.type(1, among: [.float32, .uint8], rank: 3).shape
    let anchors = try operands.type(2, among: [.float32, .uint8], rank: 2).shape
    let classes = scores.dimensions[2].value ?? settings.classes
    guard boxes.dimensions[0].value ?? 1 == 1, scores.dimensions[0].value ?? 1 == 1,
      boxes.dimensions[2].value ?? 4 >= 4, anchors.dimensions[1].value ?? 4 == 4,
      Shape([boxes.dimensions[1]]).agrees(with: Shape([anchors.dimensions[0]])),
      Shape([scores.dimensions[1]]).agrees(with: Shape([anchors.dimensions[0]])),
      classes == settings.classes || classes == settings.classes + 1
    else {
      throw Diagnostic(
        .shapeMismatch,
        "boxes [\(boxes.text)], scores [\(scores.text)] of \(settings.classes) classes and anchors "
          + "[\(anchors.text)] do not fit")
    }
    let room = settings.detections * settings.classesOfBox
    return [[1, room, 4], [1, room], [1, room], [1]].map { TensorType(.float32, Shape($0)) }
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its boxes are rows"),
      clamp: .none(because: "it has several results"), window: nil, identity: .never,
      isView: false, copies: .none(because: "it takes one picture"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "it chooses by sorting, and its results are float32")
  }
}
