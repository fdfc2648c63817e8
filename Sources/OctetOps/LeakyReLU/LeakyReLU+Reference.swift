extension LeakyReLU {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int, alpha: Float
  ) {
    for i in 0..<count {
      let x = input[i]
      output[i] = x > 0 ? x : x * alpha
    }
  }

  /// The result for one int8 code, before it is clamped.
  ///
  /// Source: TFLite's `QuantizeLeakyRelu`. Values at or above the zero point use the identity
  /// multiplier, those below the alpha multiplier.
  static func reference(
    _ code: Int32, inputZeroPoint: Int32, outputZeroPoint: Int32,
    identity: (significand: Int32, shift: Int32), alpha: (significand: Int32, shift: Int32)
  ) -> Int32 {
    let x = code - inputZeroPoint
    let (significand, shift) = x >= 0 ? identity : alpha
    return outputZeroPoint &+ FixedPoint.multiply(x, significand, shift)
  }
}
