import OctetArchives
public import OctetDiagnostics
import OctetIR

/// The names of a model's classes, from a text file with one a line.
public struct ClassNames: Sendable, Equatable {
  public let names: [String]
  /// The file they come from.
  public let file: String

  /// - Parameter file: what diagnostics call the names' origin.
  public init(_ names: [String], file: String = "the class names") {
    self.names = names
    self.file = file
  }

  /// - Throws: `.unreadableFile`, and `.invalidData` for a file that is no text or names nothing.
  public init(contentsOf path: String) throws(Diagnostic) {
    let bytes = try readFile(path, limit: 1 << 26)
    guard bytes.withUnsafeBytes({ !$0.contains(0) }) else {
      throw Diagnostic(
        .invalidData, "'\(path)' is no text with a class's name a line", at: Location(file: path))
    }
    var lines = bytes.lines
    while lines.last == "" { lines.removeLast() }
    guard !lines.isEmpty else {
      throw Diagnostic(.invalidData, "'\(path)' names no classes", at: Location(file: path))
    }
    names = lines
    file = path
  }

  /// The name of a class; nil for one beyond the file's.
  public func label(_ classIndex: Int) -> String? {
    names.indices.contains(classIndex) ? names[classIndex] : nil
  }

  /// The name of a class, or `class 16`.
  package func title(_ classIndex: Int) -> String { label(classIndex) ?? Self.title(classIndex) }

  /// What a class without a name is called.
  package static func title(_ classIndex: Int) -> String { "class \(classIndex)" }

  /// Warns (`OCT0808`) when a model has another number of classes.
  public func check(classes: Int, log: DiagnosticLog) {
    guard classes != names.count else { return }
    log.add(
      Diagnostic(
        .namesMismatch,
        "'\(file)' names \(names.count) classes, and the model has \(classes)",
        at: Location(file: file), help: "use the names the model was trained with, in their order"))
  }
}
