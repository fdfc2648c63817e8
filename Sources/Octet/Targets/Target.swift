import OctetOps

/// A runtime that a model is meant for.
public enum Target: Sendable, Hashable {
  /// TFLite, or LiteRT after it, of a release.
  case tfLite(RuntimeVersion)
  /// TensorFlow Lite for Microcontrollers.
  case micro

  /// As `--target` takes them: `tflite-2.16`, `tflm`.
  public static let names: [String] =
    ["tflm"] + (5...15).map { "tflite-1.\($0)" }
    + (0...RuntimeVersion.newest.minor).map { "tflite-2.\($0)" }

  public init?(_ name: String) {
    guard Self.names.contains(name) else { return nil }
    if name == "tflm" {
      self = .micro
    } else if let version = RuntimeVersion(name.dropFirst("tflite-".count)) {
      self = .tfLite(version)
    } else {
      return nil
    }
  }

  public var name: String {
    switch self {
    case .tfLite(let version): "tflite-\(version.text)"
    case .micro: "tflm"
    }
  }

  /// What it has of an operator, for people: the types that are taken, or how many versions; nil for nothing.
  func support(_ entry: OpEntry) -> String? {
    let builtin = entry.targetName
    switch self {
    case .micro: return MicroOperators.types(builtin)?.text
    case .tfLite(let version):
      if entry.custom != nil { return "as a custom operator" }
      let count = version.count(of: builtin)
      return count == 0 ? nil : count == 1 ? "version 1" : "versions 1 to \(count)"
    }
  }
}
