import Octet
import OctetDiagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the tool prints: results on standard output, everything else on standard error.
enum Console {
  static func output(_ text: String, terminator: String = "\n") {
    print(text, terminator: terminator)
  }

  static func error(_ text: String, terminator: String = "\n") {
    let bytes = Array((text + terminator).utf8)
    var start = 0
    while start < bytes.count {
      let written = bytes[start...].withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
      if written <= 0 { return }
      start += written
    }
  }

  static func exit(_ code: Int32) -> Never {
    fflush(nil)
    #if canImport(Glibc)
      Glibc.exit(code)
    #else
      Musl.exit(code)
    #endif
  }

  /// Colour is for terminals, unless NO_COLOR is set (no-color.org).
  static var usesColor: Bool {
    guard isatty(2) == 1 else { return false }
    if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
    return true
  }

  static var isTerminal: Bool { isatty(2) == 1 }
}

/// Progress of long work: one line that is rewritten on a terminal, plain lines in a pipe, JSON lines
/// with `--json`.
struct ProgressPrinter {
  let isJSON: Bool

  /// - Parameter isMilestone: whether the line is worth keeping where lines cannot be rewritten.
  func show(_ text: String, isMilestone: Bool = true) {
    if isJSON {
      if isMilestone { Console.error(JSON.members([("progress", .string(text))]).text) }
    } else if Console.isTerminal {
      Console.error("\r\(text)\u{1B}[K", terminator: "")
    } else if isMilestone {
      Console.error(text)
    }
  }

  /// Ends the rewritten line.
  func finish() {
    if !isJSON, Console.isTerminal { Console.error("\r\u{1B}[K", terminator: "") }
  }
}
