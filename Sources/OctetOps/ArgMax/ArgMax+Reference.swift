extension ArgMax {
  /// - Parameters:
  ///   - others: the dimensions of the result.
  ///   - along: the dimension that goes, at least one element.
  ///   - isBetter: whether an element takes the place of the best so far.
  @inline(__always)
  static func reference<Element: BitwiseCopyable, Place: FixedWidthInteger>(
    _ others: StridedWalk, _ along: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Place>, _ isBetter: (Element, Element) -> Bool
  ) {
    others.forEach { position, first in
      var best = input[first]
      var place = 0
      along.forEach { index, offset in
        if isBetter(input[first + offset], best) {
          best = input[first + offset]
          place = index
        }
      }
      output[position] = Place(truncatingIfNeeded: place)
    }
  }
}
