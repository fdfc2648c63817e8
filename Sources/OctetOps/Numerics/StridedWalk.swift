/// Some dimensions of a tensor, walked in an order of their own.
struct StridedWalk {
  /// The number of elements that the walk meets.
  let count: Int
  /// The elements that the walk meets before it has to turn, and how far they are apart: dimensions that follow one
  /// another like the elements of one are one.
  let rowCount: Int
  let rowStep: Int
  private let outer: [Extent]

  private struct Extent {
    let count: Int
    /// Elements of the tensor from one index to the next.
    let step: Int
  }

  /// The offset of the last element that the walk meets.
  var last: Int {
    outer.reduce((rowCount - 1) * rowStep) { $0 + ($1.count - 1) * $1.step }
  }

  /// - Parameters:
  ///   - extents: those of the tensor.
  ///   - order: the dimensions to walk, the fastest last.
  init(_ extents: [Int], order: [Int]) {
    var strides = [Int](repeating: 1, count: extents.count)
    for i in extents.indices.dropLast().reversed() { strides[i] = strides[i + 1] * extents[i + 1] }
    var walked: [Extent] = []
    for axis in order {
      let next = Extent(count: extents[axis], step: strides[axis])
      if let last = walked.last, last.step == next.count * next.step {
        walked[walked.count - 1] = Extent(count: last.count * next.count, step: next.step)
      } else {
        walked.append(next)
      }
    }
    count = walked.reduce(1) { $0 * $1.count }
    let row = walked.popLast() ?? Extent(count: 1, step: 1)
    rowCount = row.count
    rowStep = row.step
    outer = walked
  }

  /// Calls `body` with the number of each element in the walk and its offset in the tensor.
  @inline(__always)
  func forEach(_ body: (_ position: Int, _ offset: Int) -> Void) {
    forEachRow { position, offset in
      for i in 0..<rowCount { body(position + i, offset + i * rowStep) }
    }
  }

  /// Calls `body` with the number and the offset of the first element of each row.
  @inline(__always)
  func forEachRow(_ body: (_ position: Int, _ offset: Int) -> Void) {
    if count == 0 { return }
    if outer.isEmpty { return body(0, 0) }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: outer.count) { index in
      index.initialize(repeating: 0)
      var offset = 0
      for position in stride(from: 0, to: count, by: rowCount) {
        body(position, offset)
        var dimension = outer.count - 1
        while dimension >= 0 {
          let extent = outer[dimension]
          index[dimension] += 1
          offset += extent.step
          if index[dimension] < extent.count { break }
          offset -= extent.step * extent.count
          index[dimension] = 0
          dimension -= 1
        }
      }
    }
  }
}
