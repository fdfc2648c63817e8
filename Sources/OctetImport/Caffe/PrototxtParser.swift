import OctetDiagnostics

/// Reads protobuf's text format, as prototxt files use it, into settings with line numbers.
///
/// Source: the text format specification at protobuf.dev. Names are not checked here: see
/// `CaffeFields`. The nesting is limited to 64; time is linear in the size of the text. After an error
/// reading goes on with the next line.
struct PrototxtParser {
  private enum Token: Equatable {
    case word(String)
    case string(String)
    case symbol(UInt8)
    /// Bytes that are no token, with the reason.
    case invalid(String)
    case end

    var text: String {
      switch self {
      case .word(let text): "'\(text)'"
      case .string(let text): "\"\(text)\""
      case .symbol(let byte): "'\(Character(UnicodeScalar(byte)))'"
      case .invalid(let reason): reason
      case .end: "the end of the file"
      }
    }
  }

  private let bytes: [UInt8]
  private let file: String
  private let log: DiagnosticLog
  private var errorCount = 0
  private var position = 0
  private var line = 1
  private var token = Token.end
  private var tokenLine = 1

  /// Logs `OCT0105` with its line for what cannot be read, at most 20 times.
  static func parse(
    _ text: UnsafeRawBufferPointer, file: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ForeignAttributes {
    var parser = PrototxtParser(bytes: Array(text), file: file, log: log)
    parser.advance()
    let settings = parser.fields(until: nil, depth: 0)
    guard parser.errorCount == 0 else { throw DiagnosticFailure() }
    return settings
  }

  private init(bytes: [UInt8], file: String, log: DiagnosticLog) {
    self.bytes = bytes
    self.file = file
    self.log = log
  }

  private mutating func fields(until closing: UInt8?, depth: Int) -> ForeignAttributes {
    var result = ForeignAttributes()
    while true {
      if let closing, token == .symbol(closing) {
        advance()
        return result
      }
      if token == .end, closing == nil || errorCount > 0 { return result }
      do throws(Diagnostic) {
        try field(&result, isInside: closing != nil, depth: depth)
      } catch {
        report(error)
        recover(from: error.location?.line ?? tokenLine)
        guard isClosing else { continue }
        advance()
        if closing != nil { return result }
      }
    }
  }

  private mutating func field(
    _ result: inout ForeignAttributes, isInside: Bool, depth: Int
  ) throws(Diagnostic) {
    guard case .word(let name) = token else {
      throw unexpected(isInside ? "a field's name or a closing bracket" : "a field's name")
    }
    let line = tokenLine
    advance()
    let hasColon = token == .symbol(UInt8(ascii: ":"))
    if hasColon { advance() }
    if token == .symbol(UInt8(ascii: "[")) {
      advance()
      while token != .symbol(UInt8(ascii: "]")) {
        result.entries.append(
          .init(name: name, value: try value(depth: depth, hasColon), line: line))
        if token == .symbol(UInt8(ascii: ",")) { advance() }
      }
      advance()
    } else {
      result.entries.append(
        .init(name: name, value: try value(depth: depth, hasColon), line: line))
    }
    if token == .symbol(UInt8(ascii: ",")) || token == .symbol(UInt8(ascii: ";")) { advance() }
  }

  private var isClosing: Bool {
    token == .symbol(UInt8(ascii: "}")) || token == .symbol(UInt8(ascii: ">"))
  }

  private mutating func report(_ problem: Diagnostic) {
    log.add(problem)
    errorCount += 1
    // Nothing is left to read then.
    if errorCount == 20 { position = bytes.count }
  }

  /// Goes on to a word on a line after `start`, or to the bracket that closes the message.
  private mutating func recover(from start: Int) {
    var depth = 0
    while token != .end {
      switch token {
      case .word where depth == 0 && tokenLine > start: return
      case .symbol(UInt8(ascii: "{")), .symbol(UInt8(ascii: "<")): depth += 1
      case _ where isClosing:
        if depth == 0 { return }
        depth -= 1
      default: break
      }
      advance()
    }
  }

  private mutating func value(depth: Int, _ hasColon: Bool) throws(Diagnostic) -> ForeignAttribute {
    switch token {
    case .symbol(UInt8(ascii: "{")), .symbol(UInt8(ascii: "<")):
      guard depth < 64 else { throw problem("messages are nested more than 64 deep") }
      let closing: UInt8 =
        token == .symbol(UInt8(ascii: "{")) ? UInt8(ascii: "}") : UInt8(ascii: ">")
      advance()
      return .message(fields(until: closing, depth: depth + 1))
    case .string(var text):
      guard hasColon else { throw unexpected("':' or '{'") }
      advance()
      while case .string(let more) = token {
        text += more
        advance()
      }
      return .text(text)
    case .word(var text):
      guard hasColon else { throw unexpected("':' or '{'") }
      let line = tokenLine
      advance()
      if text == "-", tokenLine == line, case .word(let digits) = token {
        text += digits
        advance()
      }
      return try scalar(text, line)
    default: throw unexpected(hasColon ? "a value" : "':' or '{'")
    }
  }

  private func scalar(_ text: String, _ line: Int) throws(Diagnostic) -> ForeignAttribute {
    switch text {
    case "true", "True", "t": return .bool(true)
    case "false", "False", "f": return .bool(false)
    default: break
    }
    guard let first = text.utf8.first else { return .text(text) }
    let isNumber =
      first >= 0x30 && first <= 0x39 || first == UInt8(ascii: "-") || first == UInt8(ascii: ".")
    let lower = text.lowercased()
    if ["inf", "infinity"].contains(lower) { return .number(.infinity) }
    if lower == "nan" { return .number(.nan) }
    guard isNumber else { return .text(text) }
    if let value = number(lower) { return .number(value) }
    throw Diagnostic(
      .textSyntax, "'\(text)' is not a number",
      at: Location(file: file, format: "caffe", line: line))
  }

  /// Decimal, hexadecimal or octal; a float may end in `f`.
  private func number(_ text: String) -> Double? {
    let isNegative = text.hasPrefix("-")
    let digits = text.dropFirst(isNegative ? 1 : 0)
    var magnitude: Double?
    if digits.hasPrefix("0x") {
      magnitude = UInt64(digits.dropFirst(2), radix: 16).map { Double($0) }
    } else if digits.count > 1, digits.hasPrefix("0"),
      digits.utf8.allSatisfy({ $0 >= 0x30 && $0 < 0x38 })
    {
      magnitude = UInt64(digits, radix: 8).map { Double($0) }
    } else if digits == "inf" || digits == "infinity" {
      magnitude = .infinity
    } else if !digits.hasPrefix("-") {
      magnitude = Double(digits.hasSuffix("f") ? digits.dropLast() : digits)
    }
    return magnitude.map { isNegative ? -$0 : $0 }
  }

  private mutating func advance() {
    if let problem = skipBlanks() {
      tokenLine = line
      token = .invalid(problem)
      return
    }
    tokenLine = line
    guard position < bytes.count else {
      token = .end
      return
    }
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): token = string(byte)
    case _ where Self.isWordByte(byte):
      let start = position
      while position < bytes.count, Self.isWordByte(bytes[position]) || isExponentSign(start) {
        position += 1
      }
      token = .word(String(decoding: bytes[start..<position], as: UTF8.self))
    case 0x21...0x7E:
      position += 1
      token = .symbol(byte)
    default:
      position += 1
      token = .invalid("a byte \(byte) is not text")
    }
  }

  private static let loneReturn = "a comment's line ends with a carriage return and no line feed"

  /// Gives what is wrong with a comment that the next token would stand behind.
  private mutating func skipBlanks() -> String? {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        line += 1
        position += 1
      case 0x0D:
        if isLoneReturn { line += 1 }
        position += 1
      case 0x20, 0x09, 0x0B, 0x0C: position += 1
      case UInt8(ascii: "#"):
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
          if isLoneReturn {
            position += 1
            return Self.loneReturn
          }
          position += 1
        }
      // A byte order mark before the first line.
      case 0xEF where position == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]): position = 3
      default: return nil
      }
    }
    return nil
  }

  /// True at a carriage return that ends a line by itself.
  private var isLoneReturn: Bool {
    bytes[position] == 0x0D && position + 1 < bytes.count
      && bytes[position + 1] != UInt8(ascii: "\n")
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
  }

  /// True at the `+` of a number such as `1e+5`.
  private func isExponentSign(_ start: Int) -> Bool {
    bytes[position] == UInt8(ascii: "+") && position > start
      && bytes[position - 1] | 0x20 == UInt8(ascii: "e") && bytes[start] <= 0x39
  }

  private mutating func string(_ quote: UInt8) -> Token {
    position += 1
    var result: [UInt8] = []
    while position < bytes.count, bytes[position] != quote {
      if bytes[position] == UInt8(ascii: "\n") { break }
      if bytes[position] == UInt8(ascii: "\\") {
        position += 1
        if position < bytes.count, bytes[position] == UInt8(ascii: "\n") { break }
        result.append(escaped())
      } else {
        result.append(bytes[position])
        position += 1
      }
    }
    guard position < bytes.count, bytes[position] == quote else {
      return .invalid("a string has no end on its line")
    }
    position += 1
    return .string(String(decoding: result, as: UTF8.self))
  }

  /// The byte that an escape stands for.
  private mutating func escaped() -> UInt8 {
    guard position < bytes.count else { return 0 }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "a"): return 0x07
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "v"): return 0x0B
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "x"): return digits(radix: 16, most: 2)
    case 0x30...0x37:
      position -= 1
      return digits(radix: 8, most: 3)
    default: return byte
    }
  }

  private mutating func digits(radix: Int, most: Int) -> UInt8 {
    var value = 0
    for _ in 0..<most {
      guard position < bytes.count,
        let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue, digit < radix
      else { break }
      value = value * radix + digit
      position += 1
    }
    return UInt8(truncatingIfNeeded: value)
  }

  private func problem(_ message: String) -> Diagnostic {
    Diagnostic(
      .textSyntax, message, at: Location(file: file, format: "caffe", line: tokenLine))
  }

  private func unexpected(_ wanted: String) -> Diagnostic {
    if case .invalid(let reason) = token {
      var result = problem(reason)
      if reason == Self.loneReturn { result.helps.append(.init("end every line with a line feed")) }
      return result
    }
    var result = problem("expected \(wanted), found \(token.text)")
    if token == .symbol(UInt8(ascii: "/")) { result.helps.append(.init("comments begin with '#'")) }
    return result
  }
}
