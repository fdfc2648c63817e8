import OctetDiagnostics

/// What StridedSlice takes of a tensor.
///
/// Source: TensorFlow's ValidateStridedSliceOp: a specification has a begin, an end and a stride for each of
/// its entries, and masks of bits that change their meaning.
struct SliceSpecification {
  /// What is taken along one dimension: `count` elements from `start`, `stride` apart.
  struct Span {
    var start: Int
    var stride: Int
    var count: Int
  }

  /// For each dimension of the tensor.
  private(set) var spans: [Span] = []
  /// The result's extents: some dimensions vanish, new ones have the extent 1.
  private(set) var extents: [Int] = []

  /// Throws `OCT0201` where the specification does not fit the extents.
  init(
    _ extents: [Int], begin: [Int], end: [Int], strides: [Int], node: TensorFlowNode
  ) throws(Diagnostic) {
    let beginMask = try node.int("begin_mask", default: 0)
    let endMask = try node.int("end_mask", default: 0)
    let ellipsisMask = try node.int("ellipsis_mask", default: 0)
    let newMask = try node.int("new_axis_mask", default: 0)
    let shrinkMask = try node.int("shrink_axis_mask", default: 0)
    let mismatch = Diagnostic(
      .shapeMismatch, "the slice \(begin) to \(end) by \(strides) does not fit the shape \(extents)"
    )
    guard begin.count == end.count, begin.count == strides.count, begin.count < 32 else {
      throw mismatch
    }
    func has(_ mask: Int, _ index: Int) -> Bool { mask >> index & 1 == 1 }
    // Entries after an ellipsis count from the back; without one it is at the end.
    let ellipsis = begin.indices.first { has(ellipsisMask, $0) } ?? begin.count
    let taken = begin.indices.filter { $0 != ellipsis && !has(newMask, $0) }.count
    guard taken <= extents.count else { throw mismatch }
    for index in 0...begin.count {
      if index == ellipsis {
        for _ in 0..<extents.count - taken {
          let extent = extents[spans.count]
          spans.append(Span(start: 0, stride: 1, count: extent))
          self.extents.append(extent)
        }
      }
      guard index < begin.count, index != ellipsis else { continue }
      if has(newMask, index) {
        self.extents.append(1)
        continue
      }
      let extent = extents[spans.count]
      // No tensor is longer.
      let stride = min(max(strides[index], -1 << 40), 1 << 40)
      if has(shrinkMask, index) {
        let start = begin[index] < 0 ? begin[index] + extent : begin[index]
        guard (0..<extent).contains(start) else { throw mismatch }
        spans.append(Span(start: start, stride: 1, count: 1))
        continue
      }
      guard stride != 0 else { throw mismatch }
      let bounds = stride > 0 ? 0...extent : -1...extent - 1
      func place(_ value: Int, isMasked: Bool, _ open: Int) -> Int {
        if isMasked { return open }
        let absolute = value < 0 ? value + extent : value
        return min(max(absolute, bounds.lowerBound), bounds.upperBound)
      }
      let first = place(
        begin[index], isMasked: has(beginMask, index),
        stride > 0 ? bounds.lowerBound : bounds.upperBound)
      let last = place(
        end[index], isMasked: has(endMask, index),
        stride > 0 ? bounds.upperBound : bounds.lowerBound)
      let reach = stride > 0 ? last - first : first - last
      let count = max(0, (reach + abs(stride) - 1) / abs(stride))
      spans.append(Span(start: first, stride: stride, count: count))
      self.extents.append(count)
    }
  }
}
