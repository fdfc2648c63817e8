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
        makes: [],
        options: [
          "mask", "anchors", "num", "classes", "scale_x_y", "jitter", "ignore_thresh",
          "truth_thresh", "random", "max", "max_delta", "resize", "map", "iou_loss",
          "iou_thresh", "iou_normalizer", "obj_normalizer", "cls_normalizer", "delta_normalizer",
          "iou_thresh_kind", "nms_kind", "beta_nms", "focal_loss", "label_smooth_eps",
          "counters_per_class", "objectness_smooth", "track_history_size", "embedding_layer",
        ],
        refused: ["new_coords"],
        head: { node throws(Diagnostic) in
          let head = try YOLOHead(node)
          let anchors = head.anchors.map { "\(decimal($0.width))x\(decimal($0.height))" }
          return "yolo classes=\(head.classes) anchors=\(anchors.joined(separator: ","))"
            + (head.scale == 1 ? "" : " scale_xy=\(decimal(head.scale))")
        }
      ) { node, builder throws(Diagnostic) in
        let head = try YOLOHead(node)
        return [try builder.head(anchors: head.anchors.count, numbers: head.classes + 5)]
      },
      // Source: Darknet's region_layer.c.
      "region": DarknetMapping(
        makes: [],
        options: [
          "anchors", "num", "classes", "coords", "softmax", "bias_match", "jitter", "rescore",
          "object_scale", "noobject_scale", "class_scale", "coord_scale", "mask_scale", "absolute",
          "thresh", "random", "max", "log", "sqrt",
        ],
        refused: ["background", "tree", "map"],
        head: { node throws(Diagnostic) in
          let head = try RegionHead(node)
          let anchors = head.anchors.map { "\(decimal($0.width))x\(decimal($0.height))" }
          return "region classes=\(head.classes) anchors=\(anchors.joined(separator: ","))"
            + " softmax=\(head.hasSoftmax ? 1 : 0)"
        }
      ) { node, builder throws(Diagnostic) in
        let head = try RegionHead(node)
        return [try builder.head(anchors: head.anchors.count, numbers: head.classes + 5)]
      },
      // Source: Darknet's detection_layer.c (YOLO v1), whose numbers Octet does not turn into boxes.
      "detection": DarknetMapping(
        makes: [],
        options: [
          "classes", "coords", "rescore", "side", "num", "softmax", "sqrt", "jitter",
          "object_scale", "noobject_scale", "class_scale", "coord_scale", "forced", "random",
          "reorg", "max",
        ]
      ) { node, builder throws(Diagnostic) in [try builder.input(0)] },
    ])
}

private typealias Anchor = (width: Float, height: Float)

/// The anchors a `[yolo]` section uses, in pixels of the net's input.
private struct YOLOHead {
  let classes: Int
  let anchors: [Anchor]
  let scale: Float

  init(_ node: ForeignNode) throws(Diagnostic) {
    let options = node.attributes
    classes = try classCount(options)
    let count = try options.int("num", default: 1)
    let all = try anchorPairs(options, count: count)
    let mask = try options.ints("mask")
    guard mask.allSatisfy({ all.indices.contains($0) }) else {
      throw Diagnostic(
        .unsupportedParameter, "the mask names an anchor that is none of \(all.count)",
        help: "count anchors from 0")
    }
    anchors = mask.isEmpty ? all : mask.map { all[$0] }
    scale = try options.float("scale_x_y", default: 1)
  }
}

/// The anchors of a `[region]` section, in cells.
private struct RegionHead {
  let classes: Int
  let anchors: [Anchor]
  let hasSoftmax: Bool

  init(_ node: ForeignNode) throws(Diagnostic) {
    let options = node.attributes
    classes = try classCount(options)
    guard try options.int("coords", default: 4) == 4 else {
      throw Diagnostic(.unsupportedParameter, "a region layer has coords=4", help: "give coords=4")
    }
    anchors = try anchorPairs(options, count: try options.int("num", default: 1))
    hasSoftmax = try options.bool("softmax", default: false)
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
  _ options: ForeignAttributes, count: Int
) throws(Diagnostic) -> [Anchor] {
  let numbers = try options.floats("anchors")
  guard count > 0, numbers.count == 2 * count, numbers.allSatisfy({ $0 > 0 }) else {
    throw Diagnostic(
      .unsupportedParameter,
      "num=\(count) needs \(2 * max(count, 1)) positive numbers in anchors, not \(numbers.count)",
      help: "give a width and a height for each anchor")
  }
  return (0..<count).map { (numbers[2 * $0], numbers[2 * $0 + 1]) }
}

/// `81` for 81.0.
private func decimal(_ value: Float) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

extension GraphBuilder {
  /// The present layer's input, which must have `numbers` channels an anchor.
  fileprivate mutating func head(anchors: Int, numbers: Int) throws(Diagnostic) -> ValueID {
    let input = try image(0)
    let channels = try extents(input)[1]
    guard channels == anchors * numbers else {
      throw Diagnostic(
        .shapeMismatch,
        "the layer before the head has \(channels) filters; \(anchors) anchors of \(numbers) numbers "
          + "need \(anchors * numbers)",
        help: "set filters to \(anchors * numbers), or correct classes and anchors",
        tensors: [graph[input].text])
    }
    return input
  }
}
