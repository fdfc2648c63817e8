extension ArgMax {
  /// - Parameters:
  ///   - others: the dimensions of the result.
  ///   - along: the dimension that goes, at least one element.
  static func reference<Element: BitwiseCopyable & Comparable, Place: FixedWidthInteger>(
    _ kind: Kind, _ others: StridedWalk, _ along: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Place>
  ) {
    switch kind {
    case .max: choose(others, along, input, output) { $0 > $1 }
    case .min: choose(others, along, input, output) { $0 < $1 }
    }
  }

  @inline(__always)
  private static func choose<Element: BitwiseCopyable, Place: FixedWidthInteger>(
    _ others: StridedWalk, _ along: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Place>, _ isBetter: (Element, Element) -> Bool
  ) {
    let (count, step) = (along.rowCount, along.rowStep)
    others.forEach { position, first in
      var best = input[first]
      var place = 0
      for index in 0..<count where isBetter(input[first + index * step], best) {
        best = input[first + index * step]
        place = index
      }
      output[position] = Place(truncatingIfNeeded: place)
    }
  }
}
