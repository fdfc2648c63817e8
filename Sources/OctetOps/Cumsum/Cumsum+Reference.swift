extension Cumsum {
  /// - Parameters:
  ///   - rows: over the other dimensions.
  ///   - along: over the dimension of the sums.
  @inline(__always)
  func reference<Element: BitwiseCopyable>(
    _ rows: StridedWalk, _ along: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Element>, zero: Element, _ add: (Element, Element) -> Element
  ) {
    rows.forEach { _, first in
      var sum = zero
      along.forEach { _, offset in
        let place = first + (reverse ? along.last - offset : offset)
        let next = add(sum, input[place])
        output[place] = exclusive ? sum : next
        sum = next
      }
    }
  }
}
