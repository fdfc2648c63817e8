extension StridedSlice {
  /// Where the elements of the result lie in the input.
  static func walk(_ input: [Int], _ spans: [SliceSpecification.Span]) -> IndexedWalk {
    let strides = IndexedWalk.strides(input)
    return IndexedWalk(
      spans.indices.map { axis in
        let span = spans[axis]
        return (0..<span.count).map { (span.start + $0 * span.stride) * strides[axis] }
      })
  }
}
