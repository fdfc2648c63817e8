extension Transpose {
  /// `walk` meets the elements of the input in the order of the result.
  static func reference<Element: BitwiseCopyable>(
    _ walk: StridedWalk, _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>
  ) {
    walk.forEach { position, offset in output[position] = input[offset] }
  }
}
