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

  /// - Parameter sums: room for those of a pixel's channels.
  ///
  /// Source: TFLite's `reference_integer_ops::AveragePool`, and `reference_ops::AveragePool` for uint8.
  static func reference<Code: FixedWidthInteger>(
    _ window: PoolWindow, _ input: UnsafePointer<Code>, _ output: UnsafeMutablePointer<Code>,
    bounds: (low: Code, high: Code), sums: UnsafeMutablePointer<Int32>
  ) {
    let channels = window.channels
    window.forEachPixel { target, batch, rows, columns in
      let count = Int32(rows.count * columns.count)
      sums.update(repeating: 0, count: channels)
      for row in rows {
        for column in columns {
          let pixel = input + window.offset(batch, row, column)
          for channel in 0..<channels { sums[channel] &+= Int32(pixel[channel]) }
        }
      }
      for channel in 0..<channels {
        let sum = sums[channel]
        let mean = count == 0 ? 0 : (sum > 0 ? sum + count / 2 : sum - count / 2) / count
        output[target + channel] = Code(
          max(Int32(bounds.low), min(Int32(bounds.high), mean)))
      }
    }
  }
}
