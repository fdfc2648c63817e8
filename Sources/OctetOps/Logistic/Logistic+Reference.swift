extension Logistic {
  static func reference(_ x: Float) -> Float { RealFunctions.logistic(x) }
}
