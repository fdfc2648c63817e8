extension PReLU {
  static func reference(_ x: Float, _ alpha: Float) -> Float { x >= 0 ? x : x * alpha }

  /// The fixed-point parameters of the form for codes.
  ///
  /// Source: TFLite's `BroadcastPrelu4DSlow` and the preparation in `activations.cc`, which computes
  /// both real multipliers in float32.
  struct CodeSlopes {
    private let inputZeroPoint: Int32
    private let alphaZeroPoint: Int32
    private let outputZeroPoint: Int32
    private let identity: (significand: Int32, shift: Int32)
    private let slope: (significand: Int32, shift: Int32)

    init(
      _ input: (scale: Float, zeroPoint: Int32), alpha: (scale: Float, zeroPoint: Int32),
      _ output: (scale: Float, zeroPoint: Int32)
    ) {
      inputZeroPoint = input.zeroPoint
      alphaZeroPoint = alpha.zeroPoint
      outputZeroPoint = output.zeroPoint
      identity = FixedPoint.quantize(Double(input.scale / output.scale))
      slope = FixedPoint.quantize(Double(input.scale * alpha.scale / output.scale))
    }

    @inline(__always)
    func callAsFunction<Code: FixedWidthInteger>(_ code: Code, _ alpha: Code) -> Code {
      let x = Int32(code) - inputZeroPoint
      let scaled: Int32
      if x >= 0 {
        scaled = FixedPoint.multiply(x, identity.significand, identity.shift)
      } else {
        let product = x * (Int32(alpha) - alphaZeroPoint)
        scaled = FixedPoint.multiply(product, slope.significand, slope.shift)
      }
      return Code(clamping: Int64(scaled) + Int64(outputZeroPoint))
    }
  }
}
