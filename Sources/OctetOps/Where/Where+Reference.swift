extension Where {
  /// - Parameters:
  ///   - walk: over all elements in order.
  ///   - output: room for the places that there are.
  @inline(__always)
  static func reference<Number: Numeric>(
    _ walk: StridedWalk, _ extents: [Int], _ input: UnsafePointer<Number>,
    _ output: UnsafeMutablePointer<Int64>
  ) {
    var row = output
    walk.forEach { position, _ in
      guard input[position] != 0 else { return }
      var rest = position
      for axis in extents.indices.reversed() {
        row[axis] = Int64(rest % extents[axis])
        rest /= extents[axis]
      }
      row += extents.count
    }
  }
}
