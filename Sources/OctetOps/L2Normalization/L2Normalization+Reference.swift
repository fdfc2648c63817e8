extension L2Normalization {
  /// Source: TFLite's `reference_ops::L2Normalization`.
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, rows: Int, depth: Int
  ) {
    for row in 0..<rows {
      var sum: Float = 0
      for i in row * depth..<(row + 1) * depth { sum += input[i] * input[i] }
      let length = max(sum.squareRoot(), 1e-6)
      for i in row * depth..<(row + 1) * depth { output[i] = input[i] / length }
    }
  }
}
