extension Exp {
  static func reference(_ x: Float) -> Float { RealFunctions.exp(x) }
}
