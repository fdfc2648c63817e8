import OctetDiagnostics

/// Reads Darknet's cfg files: sections of options.
///
/// Source: Darknet's `read_cfg` and `option_list`. Blanks mean nothing, also within a line; `#` and `;`
/// begin comments. Numbers of a list are several values of one option.
struct CfgParser {
  struct Section {
    /// For example `convolutional`.
    let type: String
    let line: Int
    var options = ForeignAttributes()
  }

  private var sections: [Section] = []
  /// The lines of the present section's options.
  private var lines: [String: Int] = [:]
  private let file: String
  private let log: DiagnosticLog

  /// Logs `OCT0105` with its line for what is neither a section nor an option, and for an option that a
  /// section gives twice.
  static func parse(
    _ text: UnsafeRawBufferPointer, file: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [Section] {
    var parser = CfgParser(file: file, log: log)
    var bytes = text[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    var number = 0
    // Lines end with a newline, or with the carriage return of old systems.
    for line in bytes.split(omittingEmptySubsequences: false, whereSeparator: { $0 == 0x0A }) {
      for part in line.split(omittingEmptySubsequences: true, whereSeparator: { $0 == 0x0D }) {
        parser.add(String(decoding: part, as: UTF8.self), line: number + 1)
      }
      number += 1
    }
    try log.throwIfErrors()
    return parser.sections
  }

  private init(file: String, log: DiagnosticLog) {
    self.file = file
    self.log = log
  }

  private mutating func add(_ text: String, line: Int) {
    let code = text.prefix { $0 != "#" && $0 != ";" }.filter { !$0.isWhitespace }
    let shown = code.prefix(80)
    if code.isEmpty { return }
    if code.first == "[" {
      guard code.last == "]", code.count > 2 else {
        return fail("a section is written [name], not '\(shown)'", line)
      }
      sections.append(Section(type: String(code.dropFirst().dropLast()), line: line))
      lines = [:]
      return
    }
    guard let equals = code.firstIndex(of: "="), equals != code.startIndex else {
      return fail("'\(shown)' is neither a [section] nor an option such as size=3", line)
    }
    guard !sections.isEmpty else {
      return fail("the option '\(shown)' stands before the first section", line)
    }
    let name = String(code[..<equals])
    if let first = lines.updateValue(line, forKey: name) {
      return fail("'\(name)' is given twice in one section, on line \(first) too", line)
    }
    let entries = values(String(code[code.index(after: equals)...])).map {
      ForeignAttributes.Entry(name: name, value: $0, line: line)
    }
    sections[sections.count - 1].options.entries += entries
  }

  /// As the log does, the first problems are kept; a file that is no cfg has one a line.
  private func fail(_ message: String, _ line: Int) {
    guard log.errorCount < DiagnosticLog.limit else { return }
    log.add(
      Diagnostic(
        .textSyntax, message, at: Location(file: file, format: "darknet", line: line)))
  }

  /// The numbers of a list, or the text as it stands.
  private func values(_ text: String) -> [ForeignAttribute] {
    var numbers: [ForeignAttribute] = []
    // A comma after the last number is common.
    for part in text.split(separator: ",", omittingEmptySubsequences: true) {
      guard let number = Double(part), number.isFinite else { return [.text(text)] }
      numbers.append(.number(number))
    }
    return numbers.isEmpty ? [.text(text)] : numbers
  }
}
