package import OctetDiagnostics
package import OctetIR

extension Detector {
  /// - Parameter outputs: the model's.
  /// - Throws: `.detectorMismatch` when one that the detector reads is missing or has another shape or
  ///   type than it must have.
  package func check(_ outputs: [(name: String, type: TensorType)]) throws(Diagnostic) {
    for head in heads {
      let (type, extents) = try output(head.output, in: outputs)
      guard extents.count == 4, extents[0] == 1, extents[3] == head.channels else {
        throw Self.mismatch(
          head.output, type,
          "its head has \(counted(head.anchors.count, "anchor")) and \(head.classes) classes: "
            + "[1, rows, columns, \(head.channels)]")
      }
    }
    for part in boxes {
      let (type, extents) = try output(part.output, in: outputs)
      let widths = part.scores == nil ? [4 + part.classes, 5 + part.classes] : [4]
      guard extents.count == 3, extents[0] == 1, widths.contains(extents[2]) else {
        throw Self.mismatch(
          part.output, type,
          part.scores == nil
            ? "boxes with the scores of \(part.classes) classes are [1, boxes, \(widths[0])], or "
              + "[1, boxes, \(widths[1])] with an objectness"
            : "boxes are [1, boxes, 4]")
      }
      guard let scores = part.scores else { continue }
      let (scoresType, scoresExtents) = try output(scores, in: outputs)
      guard scoresExtents == [1, extents[1], part.classes] else {
        throw Self.mismatch(
          scores, scoresType,
          "the scores of \(extents[1]) boxes are [1, \(extents[1]), \(part.classes)]")
      }
    }
  }

  private func output(
    _ name: String, in outputs: [(name: String, type: TensorType)]
  ) throws(Diagnostic) -> (type: TensorType, extents: [Int]) {
    guard let type = outputs.first(where: { $0.name == name })?.type else {
      throw Diagnostic(
        .detectorMismatch, "the detector reads '\(name)', which is no output of the model",
        notes: ["its outputs are " + outputs.map { $0.name }.joined(separator: ", ")]
      ).suggesting(name, from: outputs.map { $0.name })
    }
    guard let extents = type.shape.extents, type.quantization?.axis == nil,
      [.float32, .int8, .int16, .uint8, .int32].contains(type.element)
    else { throw Self.mismatch(name, type, "it reads real numbers") }
    return (type, extents)
  }

  private static func mismatch(_ name: String, _ type: TensorType, _ note: String) -> Diagnostic {
    Diagnostic(
      .detectorMismatch, "the output '\(name)' is not what the detector reads", notes: [note],
      tensors: ["\(name): \(type.text)"])
  }
}
