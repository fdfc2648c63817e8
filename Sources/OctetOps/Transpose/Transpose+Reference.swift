extension Transpose {
  /// Where the elements of the result come from, in its order.
  struct Walk {
    let extents: [Int]
    /// Distance in the input from one element of the result to the next along each dimension.
    let steps: [Int]

    init(_ input: [Int], order: [Int]) {
      var strides = [Int](repeating: 1, count: input.count)
      for i in input.indices.dropLast().reversed() { strides[i] = strides[i + 1] * input[i + 1] }
      extents = order.map { input[$0] }
      steps = order.map { strides[$0] }
    }
  }

  static func reference<Element: BitwiseCopyable>(
    _ walk: Walk, _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>,
    count: Int
  ) {
    let rank = walk.extents.count
    withUnsafeTemporaryAllocation(of: Int.self, capacity: max(rank, 1)) { index in
      index.initialize(repeating: 0)
      var source = 0
      for i in 0..<count {
        output[i] = input[source]
        var dimension = rank - 1
        while dimension >= 0 {
          index[dimension] += 1
          source += walk.steps[dimension]
          if index[dimension] < walk.extents[dimension] { break }
          source -= walk.steps[dimension] * walk.extents[dimension]
          index[dimension] = 0
          dimension -= 1
        }
      }
    }
  }
}
