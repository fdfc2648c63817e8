extension Quantize {
  /// Source: TFLite's `AffineQuantize`: the division is in float32, ties go away from zero.
  static func reference(
    _ x: Float, scale: Float, zeroPoint: Int32, low: Int32, high: Int32
  ) -> Int32 {
    let steps = (x / scale).rounded(.toNearestOrAwayFromZero)
    // Beyond int32 the reference's conversion is undefined; the clamp makes it saturate, NaN gives low.
    let code = steps > 1e9 ? high : steps >= -1e9 ? Int32(steps) &+ zeroPoint : low
    return max(low, min(high, code))
  }

  /// Source: TFLite's `reference_ops::Requantize`.
  static func reference(
    _ code: Int32, from: Int32, to: Int32, multiplier: (significand: Int32, shift: Int32),
    low: Int32, high: Int32
  ) -> Int32 {
    let scaled = FixedPoint.multiply(code &- from, multiplier.significand, multiplier.shift) &+ to
    return max(low, min(high, scaled))
  }
}
