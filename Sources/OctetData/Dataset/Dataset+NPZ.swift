import OctetArchives
import OctetDiagnostics
import OctetIR

extension Dataset {
  private static let labelNames = ["y", "labels"]

  /// Takes the arrays named like `inputs`, else `x`, else the only array that is not labels.
  static func openNPZ(
    _ path: String, _ bytes: ByteSlice, inputs: [String]
  ) throws(Diagnostic) -> Dataset {
    let arrays = try NPZ.tensors(bytes, file: path)
    func named(_ name: String) -> NamedTensor? { arrays.first { $0.name == name } }
    let location = Location(file: path, format: "npz")
    let listing = arrays.map { "\($0.name): \($0.tensor.type.text)" }
    guard !arrays.isEmpty else {
      throw Diagnostic(.noSamples, "'\(path)' holds no arrays", at: location)
    }
    var features = inputs.compactMap { named($0) }
    if features.isEmpty, inputs.count <= 1 {
      let others = arrays.filter { !labelNames.contains($0.name) }
      if let x = named("x") {
        features = [x]
      } else if others.count == 1 {
        features = others
      }
    }
    guard !features.isEmpty, features.count >= inputs.count else {
      let missing = inputs.first { named($0) == nil } ?? "x"
      let wanted = inputs.isEmpty ? "'x'" : inputs.map { "'\($0)'" }.joined(separator: ", ")
      throw Diagnostic(
        .invalidData, "'\(path)' has no array '\(missing)' with samples", at: location,
        notes: ["looked for \(wanted)" + (inputs.count == 1 ? ", then 'x'" : "")],
        tensors: listing
      ).suggesting(missing, from: arrays.map { $0.name })
    }
    let labels = labelNames.filter { name in !features.contains { $0.name == name } }
      .compactMap { named($0) }.first
    var classes: [Int]?
    if let labels {
      guard let values = wholeNumbers(labels.tensor) else {
        throw Diagnostic(
          .invalidData, "the labels '\(labels.name)' in '\(path)' are not one integer a sample",
          at: location, tensors: ["\(labels.name): \(labels.tensor.type.text)"])
      }
      classes = values
    }
    return try Dataset(.arrays(features), file: path, labels: classes)
  }

  /// The elements of an integer array that is a list but for extents of 1; nil for others.
  private static func wholeNumbers(_ tensor: Tensor) -> [Int]? {
    guard tensor.extents.dropFirst().allSatisfy({ $0 == 1 }), !tensor.extents.isEmpty else {
      return nil
    }
    let storage = tensor.storage
    switch tensor.type.element {
    case .uint8: return storage.array(of: UInt8.self).map { Int($0) }
    case .int8: return storage.array(of: Int8.self).map { Int($0) }
    case .int16: return storage.array(of: Int16.self).map { Int($0) }
    case .uint16: return storage.array(of: UInt16.self).map { Int($0) }
    case .int32: return storage.array(of: Int32.self).map { Int($0) }
    case .uint32: return storage.array(of: UInt32.self).map { Int($0) }
    case .int64: return storage.array(of: Int64.self).map { Int($0) }
    default: return nil
    }
  }
}
