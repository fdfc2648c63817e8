import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// The heads of detectors. Their raw numbers stay the net's outputs; what turns these into boxes
  /// goes with the model.
  static let detection = OpMapping(
    darknet: [
      // Source: Darknet's yolo_layer.c.
      "yolo": DarknetMapping(
        makes: ["reshape"],
        options: [
          "mask", "anchors", "num", "classes", "scale_x_y", "jitter", "ignore_thresh",
          "truth_thresh", "random", "max", "max_delta", "resize", "map", "iou_loss",
          "iou_thresh", "iou_normalizer", "obj_normalizer", "cls_normalizer", "delta_normalizer",
          "iou_thresh_kind", "nms_kind", "beta_nms", "focal_loss", "label_smooth_eps",
          "counters_per_class", "objectness_smooth", "track_history_size", "embedding_layer",
        ],
        refused: ["new_coords"],
        head: { node throws(Diagnostic) in try DarknetHead(yolo: node.attributes).description }
      ) { node, builder throws(Diagnostic) in
        [try DarknetHead(yolo: node.attributes).check(&builder)]
      },
      // Source: Darknet's region_layer.c.
      "region": DarknetMapping(
        makes: ["reshape"],
        options: [
          "anchors", "num", "classes", "coords", "softmax", "bias_match", "jitter", "rescore",
          "object_scale", "noobject_scale", "class_scale", "coord_scale", "mask_scale", "absolute",
          "thresh", "random", "max", "log", "sqrt",
        ],
        refused: ["background", "tree", "map"],
        head: { node throws(Diagnostic) in try DarknetHead(region: node.attributes).description }
      ) { node, builder throws(Diagnostic) in
        [try DarknetHead(region: node.attributes).check(&builder)]
      },
      // Source: Darknet's detection_layer.c (YOLO v1), whose numbers Octet does not turn into boxes.
      "detection": DarknetMapping(
        makes: [],
        options: [
          "classes", "coords", "rescore", "side", "num", "softmax", "sqrt", "jitter",
          "object_scale", "noobject_scale", "class_scale", "coord_scale", "forced", "random",
          "reorg", "max",
        ], head: { node throws(Diagnostic) in (nil, try classCount(node.attributes)) }
      ) { node, builder throws(Diagnostic) in [try builder.input(0)] },
    ])
}

/// The numbers of a head: for each anchor x, y, width, height, objectness and the classes.
private struct DarknetHead {
  typealias Anchor = (width: Float, height: Float)

  private let kind: String
  private let classes: Int
  private let anchors: [Anchor]
  /// What only heads of this kind have, in `Detector`'s words.
  private let setting: String

  /// Anchors in pixels of the net's input.
  init(yolo options: ForeignAttributes) throws(Diagnostic) {
    kind = "yolo"
    classes = try classCount(options)
    let all = try anchorPairs(options)
    let mask = try options.ints("mask")
    guard mask.allSatisfy({ all.indices.contains($0) }), mask.count <= all.count else {
      throw Diagnostic(
        .unsupportedParameter, "the mask names an anchor that is none of \(all.count)",
        help: "count anchors from 0")
    }
    anchors = mask.isEmpty ? all : mask.map { all[$0] }
    let scale = try options.float("scale_x_y", default: 1)
    guard scale > 0 else {
      throw Diagnostic(
        .unsupportedParameter, "scale_x_y=\(scale) is not positive", help: "take it off for 1")
    }
    setting = scale == 1 ? "" : " scale_xy=\(shortDecimal(scale))"
  }

  /// Anchors in cells.
  init(region options: ForeignAttributes) throws(Diagnostic) {
    kind = "region"
    classes = try classCount(options)
    guard try options.int("coords", default: 4) == 4 else {
      throw Diagnostic(.unsupportedParameter, "a region layer has coords=4", help: "give coords=4")
    }
    anchors = try anchorPairs(options)
    setting = " softmax=" + (try options.bool("softmax", default: false) ? "1" : "0")
  }

  /// All but the output's name.
  var description: (text: String?, classes: Int) {
    let pairs = anchors.map { "\(shortDecimal($0.width))x\(shortDecimal($0.height))" }
    return (
      "\(kind) classes=\(classes) anchors=\(pairs.joined(separator: ","))\(setting)", classes
    )
  }

  /// The present layer's input, which must have the channels of the anchors.
  func check(_ builder: inout GraphBuilder) throws(Diagnostic) -> ValueID {
    let input = try builder.image(0)
    let channels = try builder.extents(input)[1]
    let (numbers, wanted) = (classes + 5, anchors.count * (classes + 5))
    guard channels == wanted else {
      throw Diagnostic(
        .shapeMismatch,
        "the layer before the head has \(channels) filters; \(anchors.count) anchors of \(numbers) "
          + "numbers need \(wanted)",
        help: "set filters to \(wanted), or correct classes and anchors",
        tensors: [builder.graph[input].text])
    }
    return input
  }
}

private func classCount(_ options: ForeignAttributes) throws(Diagnostic) -> Int {
  let classes = try options.int("classes", default: 20)
  guard (1...1 << 16).contains(classes) else {
    throw Diagnostic(.unsupportedParameter, "classes=\(classes) must lie in 1...65536")
  }
  return classes
}

private func anchorPairs(
  _ options: ForeignAttributes
) throws(Diagnostic) -> [DarknetHead.Anchor] {
  let count = try options.int("num", default: 1)
  let numbers = try options.floats("anchors")
  guard (1...1 << 16).contains(count) else {
    throw Diagnostic(.unsupportedParameter, "num=\(count) must lie in 1...65536")
  }
  guard numbers.count == 2 * count, numbers.allSatisfy({ $0 > 0 }) else {
    throw Diagnostic(
      .unsupportedParameter,
      "num=\(count) needs \(2 * count) positive numbers in anchors, not \(numbers.count)",
      help: "give a width and a height for each anchor")
  }
  return (0..<count).map { (numbers[2 * $0], numbers[2 * $0 + 1]) }
}
