extension Unary {
  /// The function of real numbers.
  var reference: (Float) -> Float {
    switch kind {
    case .abs: { $0.magnitude }
    case .ceil: { $0.rounded(.up) }
    case .cos: RealFunctions.cos
    case .elu: { $0 < 0 ? RealFunctions.expMinusOne($0) : $0 }
    case .floor: { $0.rounded(.down) }
    case .neg: { -$0 }
    case .round: { $0.rounded(.toNearestOrEven) }
    case .rsqrt: { 1 / $0.squareRoot() }
    case .sign: { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
    case .sin: RealFunctions.sin
    case .sqrt: { $0.squareRoot() }
    case .square: { $0 * $0 }
    }
  }

  /// The magnitude or the negative of a whole number; that of the least one is itself.
  var wholeReference: (Int32) -> Int32 {
    kind == .abs ? { Int32(truncatingIfNeeded: $0.magnitude) } : { 0 &- $0 }
  }

  /// The magnitude of a code, brought to another scale unless that is the same.
  ///
  /// Source: TFLite's `elementwise.cc`, `AbsEvalQuantized`.
  static func magnitude(
    from input: (scale: Float, zeroPoint: Int32), to output: (scale: Float, zeroPoint: Int32)
  ) -> (Int32) -> Int32 {
    let (significand, shift) = FixedPoint.quantize(Double(input.scale / output.scale))
    return { code in
      let steps = Int32(truncatingIfNeeded: (code - input.zeroPoint).magnitude)
      let scaled =
        input.scale == output.scale ? steps : FixedPoint.multiply(steps, significand, shift)
      return scaled &+ output.zeroPoint
    }
  }
}
