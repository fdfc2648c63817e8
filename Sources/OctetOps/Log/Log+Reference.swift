extension Log {
  static func reference(_ x: Float) -> Float { RealFunctions.log(x) }
}
