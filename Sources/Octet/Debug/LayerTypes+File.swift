public import OctetDiagnostics
public import OctetQuantize

extension LayerTypes {
  /// Adds the rules of a file, a line each: `conv1=int16`, the name of a layer or a pattern before the last equals sign. Blank
  /// lines and those that begin with `#` say nothing.
  ///
  /// - Throws: after logging `OCT0943` for each line that is no rule.
  public mutating func add(
    rulesIn path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let text = try log.attempt { () throws(Diagnostic) in try tableText(path) }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in zip(1..., lines) where line.contains(where: { !$0.isWhitespace }) {
      if line.hasPrefix("#") { continue }
      let place = Location(file: path, format: "precisions", line: number)
      guard let equals = line.lastIndex(of: "="), equals > line.startIndex else {
        log.add(
          Diagnostic(
            .invalidPrecisions, "'\(line.prefix(80))' is no rule NAME=TYPE", at: place,
            help: "write a layer and its type, as in conv1=int16"))
        continue
      }
      let type = String(line[line.index(after: equals)...])
      guard let precision = LayerPrecision(rawValue: type) else {
        let types = LayerPrecision.allCases.map { $0.rawValue }
        log.add(
          Diagnostic(
            .invalidPrecisions, "layers do not compute in '\(type.prefix(80))'", at: place,
            notes: ["types are " + types.joined(separator: ", ")]
          ).suggesting(type, from: types))
        continue
      }
      setPrecision(precision, of: String(line[..<equals]))
    }
    try log.throwIfErrors()
  }

  /// The line of such a file for a layer; what would not be one line becomes `?`, which fits any character.
  static func rule(_ name: String, _ precision: LayerPrecision) -> String {
    var pattern = String(name.map { $0.isNewline ? "?" : $0 })
    if pattern.hasPrefix("#") { pattern = "?" + pattern.dropFirst() }
    return "\(pattern)=\(precision.rawValue)"
  }
}
