extension HardSwish {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { output[i] = input[i] * min(6, max(0, input[i] + 3)) / 6 }
  }

  /// A real multiplier as a Q15 significand and a power of two, positive to the left.
  typealias Multiplier = (significand: Int32, shift: Int32)

  /// Source: TFLite's `DownScaleInt32ToInt16Multiplier`.
  static func multiplier(_ real: Float) -> Multiplier {
    let (significand, shift) = FixedPoint.quantize(Double(real))
    return (Int32(min(0x7FFF, (Int64(significand) + 0x8000) >> 16)), shift)
  }

  /// The result for one code, before it is clamped.
  ///
  /// Source: TFLite's `reference_ops::HardSwish` for int8, all of whose numbers are int16. `output` takes
  /// 1/128 of the input's scale to the output's and does not shift left, `gate` takes it to 3 / 2^15.
  static func reference(
    _ code: Int32, inputZeroPoint: Int32, outputZeroPoint: Int32, output: Multiplier,
    gate: Multiplier
  ) -> Int32 {
    let x = (code - inputZeroPoint) << 7
    // x / 3 within -1...1. What the first shift saturates stays above a half, so the last saturates it too.
    let left = max(gate.shift, 0)
    var third = product(shiftLeft(x, max(left - 1, 0)), gate.significand)
    third = left > 0 ? shiftLeft(third, 1) : roundingDivide(third, byPowerOfTwo: -gate.shift)
    let open = (third + 0x8000) >> 1
    // This product is rounded towards zero, unlike the others.
    let result = open * product(x, output.significand) / 0x8000
    return outputZeroPoint + roundingDivide(result, byPowerOfTwo: -output.shift)
  }

  /// Of int16 numbers, one of them in Q15.
  private static func product(_ a: Int32, _ b: Int32) -> Int32 {
    FixedPoint.doublingHighMultiply(a << 16, b)
  }

  private static func shiftLeft(_ x: Int32, _ bits: Int32) -> Int32 {
    Int32(max(-0x8000, min(0x7FFF, Int64(x) << Int64(min(bits, 31)))))
  }

  /// As gemmlowp divides an int16: from 2^16 on its mask has all bits, and no result is 0.
  private static func roundingDivide(_ x: Int32, byPowerOfTwo exponent: Int32) -> Int32 {
    guard exponent < 16 else { return x < 0 ? -1 : 1 }
    return FixedPoint.roundingDivide(x, byPowerOfTwo: exponent)
  }
}
