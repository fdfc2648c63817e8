/// Some dimensions of a tensor, walked in an order of their own.
struct StridedWalk {
  private let extents: [Int]
  /// Elements of the tensor from one index of a dimension to the next.
  private let steps: [Int]
  /// The number of elements that the walk meets.
  let count: Int

  /// The offset of the last element that the walk meets.
  var last: Int { zip(extents, steps).reduce(0) { $0 + ($1.0 - 1) * $1.1 } }

  /// - Parameters:
  ///   - extents: those of the tensor.
  ///   - order: the dimensions to walk, the fastest last.
  init(_ extents: [Int], order: [Int]) {
    var strides = [Int](repeating: 1, count: extents.count)
    for i in extents.indices.dropLast().reversed() { strides[i] = strides[i + 1] * extents[i + 1] }
    self.extents = order.map { extents[$0] }
    steps = order.map { strides[$0] }
    count = self.extents.reduce(1, *)
  }

  /// Calls `body` with the number of each element in the walk and its offset in the tensor.
  @inline(__always)
  func forEach(_ body: (_ position: Int, _ offset: Int) -> Void) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: max(extents.count, 1)) { index in
      index.initialize(repeating: 0)
      var offset = 0
      for position in 0..<count {
        body(position, offset)
        var dimension = extents.count - 1
        while dimension >= 0 {
          index[dimension] += 1
          offset += steps[dimension]
          if index[dimension] < extents[dimension] { break }
          offset -= steps[dimension] * extents[dimension]
          index[dimension] = 0
          dimension -= 1
        }
      }
    }
  }
}
