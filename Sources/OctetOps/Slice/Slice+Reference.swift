extension Slice {
  /// Copies the box's rows; elements have `byteCount` bytes.
  static func reference(
    _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ rows: BoxRows, byteCount: Int
  ) {
    rows.forEach { box, whole in
      (output + box * byteCount).copyMemory(
        from: input + whole * byteCount, byteCount: rows.width * byteCount)
    }
  }
}
