extension ReLU {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int,
    bounds: (low: Float, high: Float)
  ) {
    for i in 0..<count { output[i] = min(max(input[i], bounds.low), bounds.high) }
  }

  /// The clamp of codes with a change of scale.
  ///
  /// Source: TFLite's `reference_ops::ReluX`; the ratio of the scales is a float32.
  struct CodeClamp<Code: FixedWidthInteger> {
    private let multiplier: (significand: Int32, shift: Int32)
    private let inputZeroPoint: Int32
    private let outputZeroPoint: Int32
    private let bounds: (low: Int32, high: Int32)

    init(
      from input: (scale: Float, zeroPoint: Int32), to output: (scale: Float, zeroPoint: Int32),
      _ activation: FusedActivation
    ) {
      multiplier = FixedPoint.quantize(Double(input.scale / output.scale))
      (inputZeroPoint, outputZeroPoint) = (input.zeroPoint, output.zeroPoint)
      let (low, high) = activation.codeBounds(
        Code.self, scale: output.scale, zeroPoint: output.zeroPoint)
      bounds = (Int32(low), Int32(high))
    }

    @inline(__always)
    func code(_ code: Int32) -> Int32 {
      let scaled = FixedPoint.multiply(
        code - inputZeroPoint, multiplier.significand, multiplier.shift)
      return max(bounds.low, min(bounds.high, outputZeroPoint &+ scaled))
    }
  }
}
