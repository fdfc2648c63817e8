package import OctetDiagnostics
import OctetIR

/// Bits for the entries of a slice that change their meaning.
package struct SliceMasks: Equatable, Sendable {
  /// Entries whose begin, or end, is that of the whole dimension.
  package var begin = 0
  package var end = 0
  /// The entry that stands for all dimensions that no other one takes.
  package var ellipsis = 0
  /// Entries that are new dimensions of extent 1.
  package var newAxis = 0
  /// Entries that take one element, and whose dimension vanishes.
  package var shrinkAxis = 0

  package init() {}

  /// Those with an entry for an outermost dimension, which takes all of it; nil where the first entry is no dimension
  /// whose place that can take.
  func below(_ outer: CopiesRule.OuterDimension) -> SliceMasks? {
    guard outer.isInserted else { return (ellipsis | newAxis | shrinkAxis) & 1 == 0 ? self : nil }
    var result = self
    result.begin <<= 1
    result.end <<= 1
    result.ellipsis <<= 1
    result.newAxis <<= 1
    result.shrinkAxis <<= 1
    return result
  }
}

/// What a slice with strides takes of a tensor.
///
/// Source: TensorFlow's ValidateStridedSliceOp: a specification has a begin, an end and a stride for each of
/// its entries, and masks of bits that change their meaning.
package struct SliceSpecification {
  /// What is taken along one dimension: `count` elements from `start`, `stride` apart.
  package struct Span: Equatable {
    package var start: Int
    package var stride: Int
    package var count: Int
  }

  /// For each dimension of the tensor.
  package private(set) var spans: [Span] = []
  /// The result's extents: some dimensions vanish, new ones have the extent 1.
  package private(set) var extents: [Int] = []
  /// The dimension of the tensor that each of the result is, nil for a new one.
  package private(set) var axes: [Int?] = []

  /// Throws `OCT0201` where the specification does not fit the extents.
  package init(
    _ extents: [Int], begin: [Int], end: [Int], strides: [Int], _ masks: SliceMasks
  ) throws(Diagnostic) {
    let mismatch = Diagnostic(
      .shapeMismatch,
      "the slice [\(Shape(begin).text)] to [\(Shape(end).text)] by [\(Shape(strides).text)] does not fit "
        + "the shape [\(Shape(extents).text)]")
    guard begin.count == end.count, begin.count == strides.count, begin.count < 32 else {
      throw mismatch
    }
    func has(_ mask: Int, _ index: Int) -> Bool { mask >> index & 1 == 1 }
    // Entries after an ellipsis count from the back; without one it is at the end.
    let ellipsis = begin.indices.first { has(masks.ellipsis, $0) } ?? begin.count
    let taken = begin.indices.filter { $0 != ellipsis && !has(masks.newAxis, $0) }.count
    guard taken <= extents.count else { throw mismatch }
    for index in 0...begin.count {
      if index == ellipsis {
        for _ in 0..<extents.count - taken {
          let extent = extents[spans.count]
          axes.append(spans.count)
          spans.append(Span(start: 0, stride: 1, count: extent))
          self.extents.append(extent)
        }
      }
      guard index < begin.count, index != ellipsis else { continue }
      if has(masks.newAxis, index) {
        self.extents.append(1)
        axes.append(nil)
        continue
      }
      let extent = extents[spans.count]
      // No tensor is longer.
      let stride = min(max(strides[index], -1 << 40), 1 << 40)
      if has(masks.shrinkAxis, index) {
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
        begin[index], isMasked: has(masks.begin, index),
        stride > 0 ? bounds.lowerBound : bounds.upperBound)
      let last = place(
        end[index], isMasked: has(masks.end, index),
        stride > 0 ? bounds.upperBound : bounds.lowerBound)
      let reach = stride > 0 ? last - first : first - last
      let count = max(0, (reach + abs(stride) - 1) / abs(stride))
      axes.append(spans.count)
      spans.append(Span(start: first, stride: stride, count: count))
      self.extents.append(count)
    }
  }
}
