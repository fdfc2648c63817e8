extension AveragePool2D {
  static func reference(
    _ window: PoolWindow, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    bounds: (low: Float, high: Float)
  ) {
    window.forEachPixel { target, batch, rows, columns in
      let count = Float(rows.count * columns.count)
      for channel in 0..<window.channels {
        var sum: Float = 0
        for row in rows {
          for column in columns { sum += input[window.offset(batch, row, column) + channel] }
        }
        output[target + channel] = min(max(sum / count, bounds.low), bounds.high)
      }
    }
  }

  /// Source: TFLite's `reference_integer_ops::AveragePool`, and `reference_ops::AveragePool` for uint8.
  static func reference<Code: FixedWidthInteger>(
    _ window: PoolWindow, _ input: UnsafePointer<Code>, _ output: UnsafeMutablePointer<Code>,
    bounds: (low: Code, high: Code)
  ) {
    window.forEachPixel { target, batch, rows, columns in
      let count = Int32(rows.count * columns.count)
      for channel in 0..<window.channels {
        var sum: Int32 = 0
        for row in rows {
          for column in columns {
            sum &+= Int32(input[window.offset(batch, row, column) + channel])
          }
        }
        let mean = count == 0 ? 0 : (sum > 0 ? sum + count / 2 : sum - count / 2) / count
        output[target + channel] = Code(
          max(Int32(bounds.low), min(Int32(bounds.high), mean)))
      }
    }
  }
}
