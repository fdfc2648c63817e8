/// The rows, along the last dimension, of a box that lies within a larger tensor.
struct BoxRows {
  /// Elements of a row.
  let width: Int
  /// Extents of the box but the last, and the step of each in the whole tensor.
  private let outer: [Int]
  private let steps: [Int]
  private let first: Int

  /// - Parameters:
  ///   - box: extents of the box.
  ///   - whole: extents of the tensor that it lies in.
  ///   - origin: where in the tensor its first element lies.
  init(_ box: [Int], in whole: [Int], at origin: [Int]) {
    width = box.last ?? 1
    outer = Array(box.dropLast())
    var steps: [Int] = []
    var step = 1
    for extent in whole.reversed() {
      steps.insert(step, at: 0)
      step *= extent
    }
    first = zip(origin, steps).reduce(0) { $0 + $1.0 * $1.1 }
    self.steps = Array(steps.dropLast())
  }

  /// Calls `body` with the element offset of each row in the box and in the whole tensor.
  @inline(__always)
  func forEach(_ body: (_ box: Int, _ whole: Int) -> Void) {
    let count = outer.reduce(1, *)
    guard count > 0, width > 0 else { return }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: max(outer.count, 1)) { index in
      index.initialize(repeating: 0)
      var whole = first
      for row in 0..<count {
        body(row * width, whole)
        var dimension = outer.count - 1
        while dimension >= 0 {
          index[dimension] += 1
          whole += steps[dimension]
          if index[dimension] < outer[dimension] { break }
          whole -= steps[dimension] * outer[dimension]
          index[dimension] = 0
          dimension -= 1
        }
      }
    }
  }
}
