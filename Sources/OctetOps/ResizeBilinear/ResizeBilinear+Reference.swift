extension ResizeBilinear {
  /// The two rows or columns around a place, and how far it is from the first one: a part of 1 for floats, of 2^10
  /// for codes. It is negative before the first pixel, where both are the same.
  struct Place<Part> {
    let low: Int
    let high: Int
    let part: Part
  }

  /// Where each row or column of the output lies in the input.
  ///
  /// Source: TFLite's `ComputeInterpolationValues`, which computes in float32.
  func places(input: Int, output: Int) -> [Place<Float>] {
    let scale =
      alignCorners && output > 1
      ? Float(input - 1) / Float(output - 1) : Float(input) / Float(output)
    return (0..<output).map { index in
      let place =
        halfPixelCenters ? (Float(index) + 0.5) * scale - 0.5 : Float(index) * scale
      let low = min(max(Int(place.rounded(.down)), 0), input - 1)
      let high = min(Int(place.rounded(.up)), input - 1)
      return Place(low: low, high: high, part: place - Float(low))
    }
  }

  /// As `places`, in steps of 2^-10.
  ///
  /// Source: TFLite's `ComputeInterpolationValuesInteger`.
  func fixedPlaces(input: Int, output: Int) -> [Place<Int>] {
    let one = 1 << 10
    let scale =
      alignCorners && output > 1
      ? (one * (input - 1) + (output - 1) / 2) / (output - 1)
      : (one * input + output / 2) / output
    return (0..<output).map { index in
      let place = index * scale + (halfPixelCenters ? scale / 2 - one / 2 : 0)
      let low = min(max(place / one, 0), input - 1)
      let high = min((place + one - 1) / one, input - 1)
      return Place(low: low, high: high, part: place - one * low)
    }
  }

  /// Calls `body` for one row of the output with the elements of four pixels around each of its pixels and where the
  /// result goes.
  ///
  /// - Parameters:
  ///   - line: the first element of the image.
  ///   - width: elements of a row of the image.
  ///   - stride: elements between pixels of the output.
  @inline(__always)
  static func forEach<Element, Part>(
    row: Place<Part>, columns: [Place<Part>], image: UnsafePointer<Element>, width: Int,
    channels: Int, output: UnsafeMutablePointer<Element>, stride: Int,
    _ mean: (_ four: (Element, Element, Element, Element), _ column: Part) -> Element
  ) {
    let (upper, lower) = (image + row.low * width, image + row.high * width)
    for (index, column) in columns.enumerated() {
      let (left, right) = (column.low * channels, column.high * channels)
      let target = output + index * stride
      for channel in 0..<channels {
        target[channel] = mean(
          (
            upper[left + channel], upper[right + channel], lower[left + channel],
            lower[right + channel]
          ), column.part)
      }
    }
  }

  /// Source: TFLite's `reference_ops::ResizeBilinear`, sums in its order.
  @inline(__always)
  static func mean(
    _ four: (Float, Float, Float, Float), row: Float, column: Float
  ) -> Float {
    let upper = four.0 * (1 - row) * (1 - column) + four.2 * row * (1 - column)
    return upper + four.1 * (1 - row) * column + four.3 * row * column
  }

  /// Source: TFLite's `reference_ops::ResizeBilinearInteger`: half away from zero.
  @inline(__always)
  static func mean<Code: FixedWidthInteger>(
    _ four: (Code, Code, Code, Code), row: Int, column: Int
  ) -> Code {
    let (row, column) = (Int64(row), Int64(column))
    let (up, left) = (1 << 10 - row, 1 << 10 - column)
    let upper = Int64(four.0) * up * left + Int64(four.1) * up * column
    let sum = upper + Int64(four.2) * row * left + Int64(four.3) * row * column
    return Code(clamping: (sum + (sum > 0 ? 1 << 19 : -1 << 19)) / (1 << 20))
  }
}
