extension Fill {
  /// `count` copies of an element of `byteCount` bytes.
  static func reference(
    _ value: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, count: Int, byteCount: Int
  ) {
    for place in 0..<count {
      (output + place * byteCount).copyMemory(from: value, byteCount: byteCount)
    }
  }
}
