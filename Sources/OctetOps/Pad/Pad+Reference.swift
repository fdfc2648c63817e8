extension Pad {
  /// Fills the output with `value`, then copies the input's rows into it.
  static func reference<Element: BitwiseCopyable>(
    _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>, _ rows: Rows,
    count: Int, value: Element
  ) {
    output.update(repeating: value, count: count)
    rows.forEach { source, target in
      (output + target).update(from: input + source, count: rows.width)
    }
  }

  /// The rows of an input along its last dimension, and where they stand in the padded output.
  struct Rows {
    let width: Int
    /// Extents but the last of the input, and the step of each in the output.
    private let outer: [Int]
    private let steps: [Int]
    private let first: Int

    init(_ input: [Int], _ output: [Int], before: [Int]) {
      width = input.last ?? 1
      outer = Array(input.dropLast())
      var steps: [Int] = []
      var step = 1
      for extent in output.reversed() {
        steps.insert(step, at: 0)
        step *= extent
      }
      first = zip(before, steps).reduce(0) { $0 + $1.0 * $1.1 }
      self.steps = Array(steps.dropLast())
    }

    @inline(__always)
    func forEach(_ body: (_ source: Int, _ target: Int) -> Void) {
      let count = outer.reduce(1, *)
      guard count > 0, width > 0 else { return }
      withUnsafeTemporaryAllocation(of: Int.self, capacity: max(outer.count, 1)) { index in
        index.initialize(repeating: 0)
        var target = first
        for row in 0..<count {
          body(row * width, target)
          var dimension = outer.count - 1
          while dimension >= 0 {
            index[dimension] += 1
            target += steps[dimension]
            if index[dimension] < outer[dimension] { break }
            target -= steps[dimension] * outer[dimension]
            index[dimension] = 0
            dimension -= 1
          }
        }
      }
    }
  }
}
