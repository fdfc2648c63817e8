public import OctetData
public import OctetDiagnostics
import OctetIR

/// The outputs of a run, in the model's order and types.
public struct RunResult: Sendable {
  public let outputs: [NamedTensor]
  /// What a detector has found in a picture, best first; nil for other models and without a
  /// picture.
  public internal(set) var detections: [Detection]?
  /// The best classes of a picture; nil unless the first output is a list of scores.
  public internal(set) var top: [ClassScore]?

  init(outputs: [NamedTensor]) {
    self.outputs = outputs
  }

  /// Writes an `.npz` whose entries have the outputs' names.
  public func save(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    try log.attempt { () throws(Diagnostic) in try NPZ.write(outputs, to: path) }
  }

  /// What is in the picture, a line each. Without a picture, for each output `prob: f32[1,10]` and
  /// the largest elements of a vector, or the first elements of anything else, as real numbers.
  public var text: String {
    if let detections {
      return detections.isEmpty
        ? "no detections" : detections.map { $0.text }.joined(separator: "\n")
    }
    if let top { return top.map { $0.text }.joined(separator: "\n") }
    return outputs.map { output in
      var text = "\(output.name): \(output.tensor.type.text)"
      guard let values = output.tensor.realValues else { return text }
      if ClassScore.isList(output.tensor.extents) {
        for score in ClassScore.top(5, of: values) {
          text += "\n  \(score.classIndex)  \(score.score)"
        }
      } else {
        text += "\n  " + values.prefix(8).map { "\($0)" }.joined(separator: ", ")
        if values.count > 8 { text += ", …" }
      }
      return text
    }.joined(separator: "\n")
  }

  /// Elements are in the outputs' own types; beside integers stands what they mean. With a picture,
  /// `detections` or `top` follow.
  public var json: JSON {
    .members([
      (
        "outputs",
        .array(
          outputs.map { output in
            .members([
              ("name", .string(output.name)), ("type", .string(output.tensor.type.element.name)),
              ("shape", .ints(output.tensor.extents)),
              ("quantization", output.tensor.type.quantization?.json),
              ("values", Self.values(output.tensor).map { .array($0) }),
            ])
          })
      ),
      ("top", top.map { .array($0.map { $0.json }) }),
      ("detections", detections.map { .array($0.map { $0.json }) }),
    ])
  }

  private static func values(_ tensor: Tensor) -> [JSON]? {
    switch tensor.type.element {
    case .float32: tensor.storage.array(of: Float.self).map { .number(Double($0)) }
    case .int8: tensor.storage.array(of: Int8.self).map { .int(Int($0)) }
    case .int16: tensor.storage.array(of: Int16.self).map { .int(Int($0)) }
    case .uint8: tensor.storage.array(of: UInt8.self).map { .int(Int($0)) }
    case .int32: tensor.storage.array(of: Int32.self).map { .int(Int($0)) }
    default: nil
    }
  }
}
