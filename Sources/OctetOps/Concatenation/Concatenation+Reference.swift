extension Concatenation {
  /// One input: where it lies, how many bytes of each output row are its own and where they begin.
  struct Part {
    let source: UnsafeRawPointer
    let rowBytes: Int
    let offset: Int
  }

  /// Copies the parts' rows side by side into rows of `outputRow` bytes.
  static func reference(
    _ parts: [Part], rows: Int, outputRow: Int, _ output: UnsafeMutableRawPointer
  ) {
    for row in 0..<rows {
      for part in parts {
        (output + row * outputRow + part.offset).copyMemory(
          from: part.source + row * part.rowBytes, byteCount: part.rowBytes)
      }
    }
  }
}
