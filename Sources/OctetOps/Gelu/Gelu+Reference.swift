extension Gelu {
  /// The complement 1 + erf(x / sqrt(2)) = erfc(-x / sqrt(2)) keeps the digits of small shares.
  func reference(_ x: Float) -> Float {
    if approximate {
      let cubic = x + 0.044715 * x * x * x
      return 0.5 * x * (1 + RealFunctions.tanh((2 / Float.pi).squareRoot() * cubic))
    }
    return 0.5 * x * RealFunctions.complementaryErf(-x * Float(0.5).squareRoot())
  }
}
