extension Cumsum {
  /// The sums along the middle one of three dimensions.
  @inline(__always)
  func reference<Element>(
    _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>,
    _ extents: (outer: Int, summed: Int, inner: Int), zero: Element,
    _ add: (Element, Element) -> Element
  ) {
    for row in 0..<extents.outer * extents.inner {
      let first = row / extents.inner * extents.summed * extents.inner + row % extents.inner
      var sum = zero
      for place in 0..<extents.summed {
        let offset = first + (reverse ? extents.summed - 1 - place : place) * extents.inner
        let before = sum
        sum = add(sum, input[offset])
        output[offset] = exclusive ? before : sum
      }
    }
  }
}
