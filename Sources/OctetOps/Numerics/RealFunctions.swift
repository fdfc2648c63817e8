import OctetKernels

/// The C library's functions of real arguments, which Embedded Swift has no module for.
enum RealFunctions {
  static func exp(_ x: Float) -> Float { CMath.exp(x) }
  static func log(_ x: Float) -> Float { CMath.log(x) }
  static func power(_ x: Float, _ y: Float) -> Float { CMath.pow(x, y) }
  static func tanh(_ x: Float) -> Float { CMath.tanh(x) }
  static func sin(_ x: Float) -> Float { CMath.sin(x) }
  static func cos(_ x: Float) -> Float { CMath.cos(x) }
  static func complementaryErf(_ x: Float) -> Float { CMath.erfc(x) }
  static func expMinusOne(_ x: Float) -> Float { CMath.expm1(x) }
  /// Has the sign of `x`.
  static func remainder(_ x: Float, _ y: Float) -> Float { CMath.fmod(x, y) }
  static func logistic(_ x: Float) -> Float { 1 / (1 + CMath.exp(-x)) }
}
