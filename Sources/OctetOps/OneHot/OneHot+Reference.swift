extension OneHot {
  /// - Parameters:
  ///   - inner: indices after the rows' dimension.
  ///   - value: the number of the index that a row belongs to.
  static func reference<Element: BitwiseCopyable>(
    _ output: UnsafeMutablePointer<Element>, outer: Int, depth: Int, inner: Int, on: Element,
    off: Element, value: (Int) -> Int
  ) {
    for row in 0..<outer {
      for place in 0..<depth {
        let target = output + (row * depth + place) * inner
        for index in 0..<inner {
          target[index] = value(row * inner + index) == place ? on : off
        }
      }
    }
  }
}
