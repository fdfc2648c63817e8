import OctetDiagnostics

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
