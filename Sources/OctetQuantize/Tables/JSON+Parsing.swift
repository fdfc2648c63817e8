package import OctetDiagnostics

extension JSON {
  /// Reads JSON (RFC 8259) without `null`; members keep their order, and a name may be there twice.
  ///
  /// Throws `OCT0508` with the line of the first thing that is wrong, also for more than 64 values in each other.
  package init(parsing text: String, file: String?, format: String) throws(Diagnostic) {
    var parser = JSONParser(text, Location(file: file, format: format))
    self = try parser.whole()
  }

  /// Reads an object with a value for each of some tensors.
  ///
  /// Throws `OCT0508` at the first thing that is wrong, with a note for each other one.
  static func tensors<Value>(
    parsing text: String, file: String?, format: String,
    _ value: (JSON) throws(TableReader.Problem) -> Value
  ) throws(Diagnostic) -> [(name: String, value: Value)] {
    let place = Location(file: file, format: format)
    guard case .object(let members) = try JSON(parsing: text, file: file, format: format) else {
      throw Diagnostic(.invalidTable, "expected a JSON object of tensors", at: place)
    }
    var result: [(name: String, value: Value)] = []
    var (names, problems) = (Set<String>(), [String]())
    for member in members {
      do throws(TableReader.Problem) {
        guard names.insert(member.name).inserted else {
          throw TableReader.Problem("it is listed twice")
        }
        result.append((member.name, try value(member.value)))
      } catch {
        problems.append("tensor '\(member.name)': \(error.message)")
      }
    }
    if let first = problems.first {
      throw Diagnostic(
        .invalidTable, first, at: place, notes: bounded(Array(problems.dropFirst())))
    }
    return result
  }
}

private struct JSONParser {
  private var rest: Substring.UTF8View
  private var place: Location
  private var line = 1

  init(_ text: String, _ place: Location) {
    rest = text[...].utf8
    self.place = place
  }

  mutating func whole() throws(Diagnostic) -> JSON {
    let result = try value(depth: 64)
    skipSpace()
    guard rest.isEmpty else { throw problem("expected the end of the file") }
    return result
  }

  private func problem(_ message: String) -> Diagnostic {
    var place = place
    place.line = line
    return Diagnostic(.invalidTable, message, at: place)
  }

  private mutating func skipSpace() {
    while let byte = rest.first, byte == 0x20 || (0x09...0x0D).contains(byte) {
      if byte == UInt8(ascii: "\n") { line += 1 }
      rest.removeFirst()
    }
  }

  /// Whether the next character was `character`, which is then passed.
  private mutating func pass(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Diagnostic) {
    guard pass(character) else {
      throw problem(
        "expected '\(character)', found "
          + (rest.isEmpty ? "the end of the file" : "'\(Substring(rest.prefix(20)))'"))
    }
  }

  private mutating func value(depth: Int) throws(Diagnostic) -> JSON {
    guard depth > 0 else { throw problem("values are in each other more than 64 times") }
    if pass("{") {
      return .members(
        try list(upTo: "}") { parser throws(Diagnostic) in
          let name = try parser.string()
          try parser.expect(":")
          return (name, try parser.value(depth: depth - 1))
        })
    }
    if pass("[") {
      return .array(
        try list(upTo: "]") { parser throws(Diagnostic) in try parser.value(depth: depth - 1) })
    }
    if rest.first == UInt8(ascii: "\"") { return .string(try string()) }
    return try word()
  }

  private mutating func list<Element>(
    upTo end: Unicode.Scalar, _ element: (inout Self) throws(Diagnostic) -> Element
  ) throws(Diagnostic) -> [Element] {
    var result: [Element] = []
    if pass(end) { return result }
    repeat { result.append(try element(&self)) } while pass(",")
    try expect(end)
    return result
  }

  private mutating func word() throws(Diagnostic) -> JSON {
    let text = String(Substring(rest.prefix { !", \t\r\n]}".utf8.contains($0) }))
    switch text {
    case "true", "false":
      rest = rest.dropFirst(text.utf8.count)
      return .bool(text == "true")
    default:
      // Double takes more than JSON's numbers: hexadecimal ones and those that are not finite.
      guard let number = Double(text), number.isFinite, !text.contains("x") else {
        throw problem("expected a value, found '\(text.prefix(60))'")
      }
      rest = rest.dropFirst(text.utf8.count)
      return .number(number)
    }
  }

  private mutating func string() throws(Diagnostic) -> String {
    try expect("\"")
    var result: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"): result += Array(String(try escaped()).utf8)
      case ..<0x20: throw problem("a line ends within a text")
      default: result.append(byte)
      }
    }
    throw problem("a text has no end")
  }

  private mutating func escaped() throws(Diagnostic) -> Unicode.Scalar {
    switch rest.popFirst().map({ Unicode.Scalar($0) }) {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "u": return try escapedUnit()
    case let other? where "\"\\/".unicodeScalars.contains(other): return other
    default: throw problem("there is no such escape in a text")
    }
  }

  /// The scalar behind `\u`: four digits, or two times four for one beyond 16 bits.
  private mutating func escapedUnit() throws(Diagnostic) -> Unicode.Scalar {
    func unit(_ digits: Substring.UTF8View) -> UInt32? {
      digits.count == 4 ? UInt32(Substring(digits), radix: 16) : nil
    }
    if let first = unit(rest.prefix(4)) {
      if let scalar = Unicode.Scalar(first) {
        rest = rest.dropFirst(4)
        return scalar
      }
      let tail = rest.dropFirst(4)
      if tail.starts(with: "\\u".utf8), let second = unit(tail.dropFirst(2).prefix(4)),
        (0xD800..<0xDC00).contains(first), (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        rest = tail.dropFirst(6)
        return scalar
      }
    }
    throw problem("'\\u' is not followed by a character's digits")
  }
}
