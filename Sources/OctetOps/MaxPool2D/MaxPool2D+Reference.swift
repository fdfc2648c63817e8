extension MaxPool2D {
  /// `lowest` stands for a window without elements; bounds are those of the fused activation.
  static func reference<Element: Comparable & BitwiseCopyable>(
    _ window: PoolWindow, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Element>, lowest: Element, bounds: (low: Element, high: Element)
  ) {
    window.forEachPixel { target, batch, rows, columns in
      for channel in 0..<window.channels { output[target + channel] = lowest }
      for row in rows {
        for column in columns {
          let source = window.offset(batch, row, column)
          for channel in 0..<window.channels {
            let value = input[source + channel]
            if value > output[target + channel] { output[target + channel] = value }
          }
        }
      }
      for channel in 0..<window.channels {
        output[target + channel] = min(max(output[target + channel], bounds.low), bounds.high)
      }
    }
  }
}
