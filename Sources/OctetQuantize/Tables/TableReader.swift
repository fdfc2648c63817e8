import OctetDiagnostics

/// Walks over the lines of a table of tensors.
struct TableReader {
  /// What is wrong with a line.
  struct Problem: Error {
    let message: String

    init(_ message: String) { self.message = message }
  }

  /// Of the line that was read last, counted from 1.
  private var line = 0
  /// Nil at the end.
  private var rest: Substring.UTF8View?
  private let place: Location

  /// - Parameters:
  ///   - file: for diagnostics.
  ///   - format: what the file is, for diagnostics.
  init(_ text: String, file: String?, format: String) {
    rest = text[...].utf8
    place = Location(file: file, format: format)
  }

  /// `OCT0508` at the line that was read last.
  func problem(_ message: String) -> Diagnostic {
    var place = place
    place.line = line
    return Diagnostic(.invalidTable, message, at: place)
  }

  mutating func next() throws(Diagnostic) -> Substring {
    if let text = read() { return text }
    line += 1
    throw problem("the table ends early")
  }

  /// What follows `name:` on the next line.
  mutating func field(_ name: String) throws(Diagnostic) -> String {
    let text = try next()
    guard text.hasPrefix(name + ":") else {
      throw problem("expected '\(name):', found '\(text.prefix(60))'")
    }
    return String(text.dropFirst(name.count + 1).drop { $0 == " " })
  }

  mutating func headerEnd() throws(Diagnostic) {
    guard try next().isEmpty else { throw problem("expected an empty line after the header") }
  }

  /// The rest, one `name: value` a line; empty lines are skipped. A name may hold colons and spaces: the value stands
  /// behind the last colon, or the last space where that is the separator.
  ///
  /// Throws `OCT0508` at the first line that is wrong, with a note for each other one.
  mutating func entries<Value>(
    valueAfter separator: Unicode.Scalar = ":", _ parse: (Substring) throws(Problem) -> Value
  ) throws(Diagnostic) -> [(name: String, value: Value)] {
    var result: [(name: String, value: Value)] = []
    var known: [String: Int] = [:]
    var failure: Diagnostic?
    var unnamed = 0
    while let text = read() {
      if text.isEmpty { continue }
      do throws(Problem) {
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: separator)) else {
          throw Problem("expected 'name: value', found '\(text.prefix(60))'")
        }
        var name = String(text[..<end])
        if separator == " ", name.hasSuffix(":") { name.removeLast() }
        if let earlier = known.updateValue(line, forKey: name) {
          throw Problem("tensor '\(name)' is listed twice, before in line \(earlier)")
        }
        result.append((name, try parse(text[text.utf8.index(after: end)...])))
      } catch {
        if failure == nil {
          failure = problem(error.message)
        } else if let count = failure?.notes.count, count < 20 {
          failure?.notes.append("line \(line): \(error.message)")
        } else {
          unnamed += 1
        }
      }
    }
    if unnamed > 0 { failure?.notes.append("and \(unnamed) more") }
    if let failure { throw failure }
    return result
  }

  /// The next line without its end. Bytes are compared, since "\r\n" is one character, and so is a colon with an accent
  /// after it.
  private mutating func read() -> Substring? {
    guard let bytes = rest else { return nil }
    line += 1
    var own = bytes
    if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
      own = bytes[..<end]
      rest = bytes[bytes.index(after: end)...]
    } else {
      rest = nil
    }
    if own.last == UInt8(ascii: "\r") { own = own.dropLast() }
    return Substring(own)
  }
}
