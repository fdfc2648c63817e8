extension Reduce {
  /// - Parameters:
  ///   - kept: the dimensions of the result.
  ///   - reduced: the others.
  @inline(__always)
  static func reference<Element: BitwiseCopyable>(
    _ kept: StridedWalk, _ reduced: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Element>, from initial: Element,
    _ combine: (Element, Element) -> Element
  ) {
    kept.forEach { position, first in
      var result = initial
      reduced.forEach { _, offset in result = combine(result, input[first + offset]) }
      output[position] = result
    }
  }
}
