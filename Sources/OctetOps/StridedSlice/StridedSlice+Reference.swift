import OctetDiagnostics

extension StridedSlice {
  /// Where the elements of the result lie in the input.
  static func walk(
    _ input: [Int], _ spans: [SliceSpecification.Span]
  ) throws(Diagnostic) -> IndexedWalk {
    let strides = IndexedWalk.strides(input)
    return try IndexedWalk(spans.map { $0.count }) { axis, index in
      (spans[axis].start + index * spans[axis].stride) * strides[axis]
    }
  }
}
