import Octet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the tool prints: results on standard output, everything else on standard error.
enum Console {
  /// Whether the cursor stands behind a line that is going to be rewritten.
  nonisolated(unsafe) private static var isLineOpen = false

  static func output(_ text: String) {
    clearLine()
    if let error = write(text + "\n", to: 1), error != EPIPE {
      self.error("error: cannot write the result: \(String(cString: strerror(error)))")
      exit(1)
    }
  }

  static func error(_ text: String) {
    clearLine()
    _ = write(text + "\n", to: 2)
  }

  /// Shows a line that the next one of any kind takes the place of.
  static func rewrite(_ text: String) {
    _ = write("\r\(text)\u{1B}[K", to: 2)
    isLineOpen = true
  }

  private static func clearLine() {
    if isLineOpen { _ = write("\r\u{1B}[K", to: 2) }
    isLineOpen = false
  }

  /// Writes everything; gives errno where that fails.
  private static func write(_ text: String, to descriptor: Int32) -> Int32? {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { buffer in
        #if canImport(Glibc)
          Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
          Musl.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
      }
      if count < 0, errno != EINTR { return errno }
      start += max(count, 0)
    }
    return nil
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
      Console.rewrite(text)
    } else if isMilestone {
      Console.error(text)
    }
  }

  func making(_ progress: Int8Progress) {
    switch progress {
    case .calibrating(let batch): calibrating(batch)
    case .trying(let what): show("Trying: " + what)
    case .searching(let what): show("Searching precisions: " + what)
    }
  }

  /// As TensorRT's samples show it.
  func calibrating(_ progress: CalibrationProgress) {
    show(
      "Calibrating batch \(progress.batch), containing "
        + counted(progress.samplesInBatch, "image"),
      isMilestone: progress.batch % 10 == 0)
  }
}
