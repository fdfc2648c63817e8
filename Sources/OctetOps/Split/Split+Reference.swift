extension Split {
  /// One output: where it lies, how many bytes of each input row it takes and where they begin.
  struct Part {
    let target: UnsafeMutableRawPointer
    let rowBytes: Int
    let offset: Int
  }

  /// Copies parts of the input's rows of `inputRow` bytes.
  static func reference(
    _ parts: [Part], rows: Int, inputRow: Int, _ input: UnsafeRawPointer
  ) {
    for row in 0..<rows {
      for part in parts {
        (part.target + row * part.rowBytes).copyMemory(
          from: input + row * inputRow + part.offset, byteCount: part.rowBytes)
      }
    }
  }
}
