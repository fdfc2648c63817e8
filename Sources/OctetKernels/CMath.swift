import COctetKernels

/// Functions of the C mathematics library.
package enum CMath {
  @inline(__always) package static func exp(_ x: Float) -> Float { octet_expf(x) }
  @inline(__always) package static func exp(_ x: Double) -> Double { octet_exp(x) }
  @inline(__always) package static func log(_ x: Float) -> Float { octet_logf(x) }
  @inline(__always) package static func pow(_ x: Float, _ y: Float) -> Float { octet_powf(x, y) }
  @inline(__always) package static func sin(_ x: Float) -> Float { octet_sinf(x) }
  @inline(__always) package static func cos(_ x: Float) -> Float { octet_cosf(x) }
  @inline(__always) package static func sin(_ x: Double) -> Double { octet_sin(x) }
  @inline(__always) package static func cos(_ x: Double) -> Double { octet_cos(x) }
  @inline(__always) package static func erfc(_ x: Float) -> Float { octet_erfcf(x) }
  @inline(__always) package static func expm1(_ x: Float) -> Float { octet_expm1f(x) }
  @inline(__always) package static func fmod(_ x: Float, _ y: Float) -> Float { octet_fmodf(x, y) }
  @inline(__always) package static func tanh(_ x: Float) -> Float { octet_tanhf(x) }
}
