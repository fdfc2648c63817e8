extension BatchMatMul {
  /// A matrix in memory: elements from one row, and from one column, to the next.
  struct Matrix {
    let rowStride: Int
    let columnStride: Int
    /// Elements of the matrix.
    let count: Int

    /// - Parameters:
    ///   - rows, columns: those of the matrix that is multiplied.
    ///   - isTransposed: whether memory holds its columns as rows.
    init(rows: Int, columns: Int, isTransposed: Bool) {
      rowStride = isTransposed ? 1 : columns
      columnStride = isTransposed ? rows : 1
      count = rows * columns
    }
  }

  /// One row of a product, which sums in the order of the depth.
  @inline(__always)
  static func reference(
    _ left: UnsafePointer<Float>, step: Int, depth: Int, _ right: UnsafePointer<Float>,
    _ matrix: Matrix, _ output: UnsafeMutablePointer<Float>, columns: Int
  ) {
    guard matrix.columnStride == 1 else {
      for column in 0..<columns {
        let own = right + column * matrix.columnStride
        var sum: Float = 0
        for k in 0..<depth { sum += left[k * step] * own[k * matrix.rowStride] }
        output[column] = sum
      }
      return
    }
    output.update(repeating: 0, count: columns)
    for k in 0..<depth {
      let (factor, row) = (left[k * step], right + k * matrix.rowStride)
      for column in 0..<columns { output[column] += factor * row[column] }
    }
  }
}
