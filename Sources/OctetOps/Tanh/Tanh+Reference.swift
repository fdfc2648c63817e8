extension Tanh {
  static func reference(_ x: Float) -> Float { RealFunctions.tanh(x) }
}
