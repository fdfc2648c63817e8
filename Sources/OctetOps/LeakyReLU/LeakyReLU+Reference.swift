extension LeakyReLU {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int, alpha: Float
  ) {
    for i in 0..<count {
      let x = input[i]
      output[i] = x > 0 ? x : x * alpha
    }
  }

  /// The fixed-point parameters for codes.
  ///
  /// Source: TFLite's `QuantizeLeakyRelu`, which computes both multipliers in float32.
  struct CodeSlopes {
    private let identity: (significand: Int32, shift: Int32)
    private let slope: (significand: Int32, shift: Int32)
    private let inputZeroPoint: Int32
    private let outputZeroPoint: Int32

    init(
      from input: (scale: Float, zeroPoint: Int32), to output: (scale: Float, zeroPoint: Int32),
      alpha: Float
    ) {
      identity = FixedPoint.quantize(Double(input.scale / output.scale))
      slope = FixedPoint.quantize(Double(input.scale * alpha / output.scale))
      (inputZeroPoint, outputZeroPoint) = (input.zeroPoint, output.zeroPoint)
    }

    /// The result for one code, before it is clamped.
    @inline(__always)
    func code(_ code: Int32) -> Int32 {
      let x = code - inputZeroPoint
      let isBelow = x < 0
      return outputZeroPoint
        &+ FixedPoint.multiply(
          x, isBelow ? slope.significand : identity.significand,
          isBelow ? slope.shift : identity.shift)
    }
  }
}
