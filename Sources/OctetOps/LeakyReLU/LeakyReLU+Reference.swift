extension LeakyReLU {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int, alpha: Float
  ) {
    for i in 0..<count {
      let x = input[i]
      output[i] = x > 0 ? x : x * alpha
    }
  }

  /// Source: TFLite's `QuantizeLeakyRelu`. Values at or above the zero point use the identity
  /// multiplier, those below the alpha multiplier.
  static func reference(
    _ input: UnsafePointer<Int8>, _ output: UnsafeMutablePointer<Int8>, count: Int,
    inputZeroPoint: Int32, outputZeroPoint: Int32,
    identity: (significand: Int32, shift: Int32), alpha: (significand: Int32, shift: Int32)
  ) {
    for i in 0..<count {
      let x = Int32(input[i]) - inputZeroPoint
      let (significand, shift) = x >= 0 ? identity : alpha
      let y = outputZeroPoint &+ FixedPoint.multiply(x, significand, shift)
      output[i] = Int8(max(-128, min(127, y)))
    }
  }
}
