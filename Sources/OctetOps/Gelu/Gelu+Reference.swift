extension Gelu {
  func reference(_ x: Float) -> Float {
    if approximate {
      let cubic = x + 0.044715 * x * x * x
      return 0.5 * x * (1 + RealFunctions.tanh((2 / Float.pi).squareRoot() * cubic))
    }
    return 0.5 * x * (1 + RealFunctions.erf(x * Float(0.5).squareRoot()))
  }
}
