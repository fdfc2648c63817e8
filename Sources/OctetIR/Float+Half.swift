// `Float16` does not exist on every host.
extension Float {
  /// The number that IEEE 754 binary16 stores as `bits`.
  package init(half bits: UInt16) {
    let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
    let magnitude: Float =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
      }
    self = bits >> 15 == 0 ? magnitude : -magnitude
  }

  /// The bits of the nearest binary16 number, ties to even; infinity from 65520 on.
  package var half: UInt16 {
    let sign = UInt16(bitPattern >> 16 & 0x8000)
    if isNaN { return sign | 0x7E00 }
    if magnitude >= 65520 { return sign | 0x7C00 }
    if magnitude < 0x1p-14 {
      return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
    }
    // Half of the last bit that stays, less one where that bit is 0, carries where rounding goes up.
    let rounded = magnitude.bitPattern + 0xFFF + (bitPattern >> 13 & 1)
    return sign | UInt16(rounded >> 13 - (127 - 15) << 10)
  }
}
