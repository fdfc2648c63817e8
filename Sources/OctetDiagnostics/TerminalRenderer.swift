/// Renders diagnostics as text for people, with or without colour.
///
/// ```
/// error[OCT0301]: layer type 'Foo' is not supported
///   --> net.prototxt:12: 'foo1' (Foo)
///    |  data: f32[1,3,32,32]
///   note: …
///   help: …
///   more: octet explain OCT0301
/// ```
public struct TerminalRenderer: Sendable {
  public var usesColor: Bool

  public init(usesColor: Bool) {
    self.usesColor = usesColor
  }

  /// The diagnostic as lines of text, without a final newline. Control characters of names that come
  /// from files are shown as `\x1b`.
  public func render(_ diagnostic: Diagnostic) -> String {
    let color = Self.color(of: diagnostic.severity)
    var text = paint("\(diagnostic.severity.rawValue)[\(diagnostic.code.id)]", color, bold: true)
    text += paint(": " + Self.visible(diagnostic.message), nil, bold: true)
    if let location = diagnostic.location?.text, !location.isEmpty {
      text += "\n  " + paint("-->", "34", bold: true) + " " + Self.visible(location)
    }
    for tensor in diagnostic.tensors { text += "\n   |  " + Self.visible(tensor) }
    if let cause = diagnostic.code.cause { text += "\n  cause: " + cause }
    for note in diagnostic.notes { text += "\n  note: " + Self.visible(note) }
    for help in diagnostic.helps {
      text += "\n  " + paint("help", "32", bold: false) + ": " + Self.visible(help.text)
      if !help.arguments.isEmpty { text += ": " + Self.commandLine(help.arguments) }
      if let result = help.result { text += " (tried: " + Self.visible(result) + ")" }
    }
    if diagnostic.severity == .error || diagnostic.severity == .warning {
      text += "\n  more: octet explain \(diagnostic.code.id)"
    }
    return text
  }

  /// The text with control characters shown as `\x1b`; line ends stay where `keepsLines`.
  package static func visible(_ text: String, keepsLines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\n" && keepsLines {
        result.unicodeScalars.append(scalar)
      } else if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
        let digits = String(scalar.value, radix: 16)
        result += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Arguments as they are typed into a shell.
  package static func commandLine(_ arguments: [String]) -> String {
    arguments.map { shellWord(visible($0)) }.joined(separator: " ")
  }

  /// An argument as it is typed into a shell.
  private static func shellWord(_ text: String) -> String {
    let special = Array(" \"'`$&|;<>()[]{}*?!~#\\".utf8)
    guard text.isEmpty || text.utf8.contains(where: { special.contains($0) }) else { return text }
    var result = "'"
    for scalar in text.unicodeScalars {
      if scalar == "'" { result += "'\\''" } else { result.unicodeScalars.append(scalar) }
    }
    return result + "'"
  }

  private static func color(of severity: Severity) -> String {
    switch severity {
    case .error: "31"
    case .warning: "33"
    case .remark: "36"
    }
  }

  private func paint(_ text: String, _ color: String?, bold: Bool) -> String {
    guard usesColor else { return text }
    var codes = bold ? "1" : ""
    if let color { codes += (codes.isEmpty ? "" : ";") + color }
    return "\u{1B}[\(codes)m\(text)\u{1B}[0m"
  }
}
