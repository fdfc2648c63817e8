extension Concatenation {
  /// One input: where it lies, how many bytes of each output row are its own and where they begin.
  struct Part {
    let source: UnsafeRawPointer
    let rowBytes: Int
    let offset: Int
    /// Whether it lies in the output's rows already.
    var isInPlace = false
    /// What becomes of each byte; nil where they stay the same.
    var table: [UInt8]?
  }

  /// Copies the parts' rows side by side into rows of `outputRow` bytes.
  static func reference(
    _ parts: [Part], rows: Int, outputRow: Int, _ output: UnsafeMutableRawPointer
  ) {
    for row in 0..<rows {
      for part in parts {
        let target = output + row * outputRow + part.offset
        let source = part.isInPlace ? UnsafeRawPointer(target) : part.source + row * part.rowBytes
        guard let table = part.table else {
          target.copyMemory(from: source, byteCount: part.rowBytes)
          continue
        }
        let (codes, results) = (
          source.assumingMemoryBound(to: UInt8.self), target.assumingMemoryBound(to: UInt8.self)
        )
        for i in 0..<part.rowBytes { results[i] = table[Int(codes[i])] }
      }
    }
  }
}
