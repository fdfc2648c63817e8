import OctetDiagnostics

/// Splits text IR into tokens and keeps the line of each.
struct TextLexer {
  enum Token: Equatable {
    /// A bare word or a keyword.
    case word(String)
    /// `%name`
    case value(String)
    /// `@name`
    case graph(String)
    case string(String)
    /// Digits as written, with sign, point and exponent.
    case number(String)
    case symbol(Character)
    case end

    var text: String {
      switch self {
      case .word(let text), .number(let text): "'\(text)'"
      case .value(let text): "'%\(text)'"
      case .graph(let text): "'@\(text)'"
      case .string(let text): "\"\(text)\""
      case .symbol(let character): "'\(character)'"
      case .end: "the end"
      }
    }
  }

  private let bytes: [UInt8]
  private var position = 0
  private(set) var line = 1

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isWordByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
      || [
        UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"),
        UInt8(ascii: "#"),
      ].contains(byte)
  }

  mutating func next() throws(Diagnostic) -> Token {
    skipBlanks()
    guard position < bytes.count else { return .end }
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "%"):
      position += 1
      return .value(try name())
    case UInt8(ascii: "@"):
      position += 1
      return .graph(try name())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"):
      if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: ">") {
        position += 2
        return .symbol("→")
      }
      return .number(run())
    default:
      if Self.isDigit(byte) { return .number(run()) }
      if Self.isWordByte(byte) { return .word(run()) }
      guard byte < 0x80, byte > 0x20 else { throw problem("unexpected character") }
      position += 1
      return .symbol(Character(UnicodeScalar(byte)))
    }
  }

  func problem(_ message: String) -> Diagnostic {
    Diagnostic(.irSyntax, message, at: Location(format: "octet-ir", line: line))
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        line += 1
        position += 1
      case 0x20, 0x09, 0x0D: position += 1
      case UInt8(ascii: "#"):
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      default: return
      }
    }
  }

  private mutating func name() throws(Diagnostic) -> String {
    guard position < bytes.count else { throw problem("a name is missing") }
    if bytes[position] == UInt8(ascii: "\"") { return try string() }
    let text = run()
    if text.isEmpty { throw problem("a name is missing") }
    return text
  }

  private mutating func run() -> String {
    let start = position
    while position < bytes.count,
      Self.isWordByte(bytes[position]) || (position > start && isExponentSign(start))
    {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// True at the `+` of a number such as `1e+20`.
  private func isExponentSign(_ start: Int) -> Bool {
    bytes[position] == UInt8(ascii: "+") && bytes[position - 1] | 0x20 == UInt8(ascii: "e")
      && (Self.isDigit(bytes[start]) || bytes[start] == UInt8(ascii: "-"))
  }

  private mutating func string() throws(Diagnostic) -> String {
    position += 1
    var result: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      var byte = bytes[position]
      if byte == UInt8(ascii: "\n") { break }
      if byte == UInt8(ascii: "\\"), position + 1 < bytes.count {
        position += 1
        byte = bytes[position] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : bytes[position]
      }
      result.append(byte)
      position += 1
    }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      throw problem("a string has no end")
    }
    position += 1
    return String(decoding: result, as: UTF8.self)
  }
}
