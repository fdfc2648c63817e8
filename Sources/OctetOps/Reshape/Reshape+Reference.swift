extension Reshape {
  static func reference(
    _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, byteCount: Int
  ) {
    output.copyMemory(from: input, byteCount: byteCount)
  }
}
