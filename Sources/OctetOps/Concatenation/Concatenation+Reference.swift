extension Concatenation {
  /// One input: where it lies and how many bytes of each output row are its own.
  struct Part {
    let source: UnsafeRawPointer
    let rowBytes: Int
  }

  /// Copies the parts' rows side by side.
  static func reference(_ parts: [Part], rows: Int, _ output: UnsafeMutableRawPointer) {
    var target = output
    for row in 0..<rows {
      for part in parts {
        target.copyMemory(from: part.source + row * part.rowBytes, byteCount: part.rowBytes)
        target += part.rowBytes
      }
    }
  }
}
