package import OctetDiagnostics
import OctetIR

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

extension StridedSlice {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let input = context.input(0)
    if input.type.isQuantized { try context.requireOneScale(besides: [1, 2, 3]) }
    let entries = (1...3).map { index in
      let view = context.input(index)
      return (0..<view.count).map { Int(view.int32[$0]) }
    }
    let specification = try SliceSpecification(
      input.extents, begin: entries[0], end: entries[1], strides: entries[2], masks)
    return try Self.walk(input.extents, specification.spans)
      .step("strided-slice", .gather, context)
  }
}
