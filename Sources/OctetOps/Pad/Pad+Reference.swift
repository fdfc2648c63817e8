extension Pad {
  /// Fills the output with `value`, then copies the input's rows into it.
  static func reference<Element: BitwiseCopyable>(
    _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>, rows: [Row],
    count: Int, value: Element
  ) {
    output.update(repeating: value, count: count)
    for row in rows { (output + row.target).update(from: input + row.source, count: row.count) }
  }

  /// A run of elements along the last dimension.
  struct Row {
    let source: Int
    let target: Int
    let count: Int
  }

  /// The rows of an input of the given extents inside an output padded by `before`.
  static func rows(_ input: [Int], _ output: [Int], before: [Int]) -> [Row] {
    guard let width = input.last else { return [Row(source: 0, target: 0, count: 1)] }
    let outer = input.dropLast()
    var rows: [Row] = []
    var index = [Int](repeating: 0, count: outer.count)
    for source in 0..<outer.reduce(1, *) {
      var target = 0
      for dimension in outer.indices {
        target = target * output[dimension] + index[dimension] + before[dimension]
      }
      target = target * output[outer.count] + before[outer.count]
      rows.append(Row(source: source * width, target: target, count: width))
      for dimension in outer.indices.reversed() {
        index[dimension] += 1
        if index[dimension] < outer[dimension] { break }
        index[dimension] = 0
      }
    }
    return rows
  }
}
