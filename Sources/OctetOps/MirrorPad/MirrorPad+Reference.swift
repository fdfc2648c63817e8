package import OctetDiagnostics
import OctetIR

extension MirrorPad {
  /// Where the elements of the result lie in the input.
  func walk(
    _ input: [Int], _ output: [Int], before: [Int]
  ) throws(Diagnostic) -> IndexedWalk {
    let strides = IndexedWalk.strides(input)
    return try IndexedWalk(output) { axis, index in
      source(index - before[axis], extent: input[axis]) * strides[axis]
    }
  }

  /// The element that stands at `index`, which may lie beyond both ends.
  private func source(_ index: Int, extent: Int) -> Int {
    let border = mode == .reflect ? 0 : 1
    if index < 0 { return -index - border }
    return index < extent ? index : 2 * extent - 2 + border - index
  }
}

extension MirrorPad {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, paddings) = (context.input(0), context.input(1))
    if input.type.isQuantized { try context.requireOneScale(besides: [1]) }
    let before = input.extents.indices.map { Int(paddings.int32[2 * $0]) }
    return try walk(input.extents, context.output.extents, before: before)
      .step("mirror-pad", .gather, context)
  }
}
