/// Functions on fixed-point numbers, bit for bit as gemmlowp computes them.
///
/// A number in Qm.n has n fraction bits in an int32. Source: gemmlowp's `fixedpoint.h`.
extension FixedPoint {
  /// exp(x) in Q0.31 for x <= 0 in Q5.26.
  static func expOfNegative(_ x: Int32) -> Int32 {
    if x == 0 { return .max }
    let quarter: Int32 = 1 << 24
    let remainder = (x & (quarter - 1)) - quarter
    var result = expNearZero(saturatingShiftLeft(remainder, 5))
    let rest = remainder &- x
    // exp(-2^k) in Q0.31 for k = -2...4, selected by the bits of what is left.
    let factors: [(bit: Int32, factor: Int32)] = [
      (24, 1_672_461_947), (25, 1_302_514_674), (26, 790_015_084), (27, 290_630_308),
      (28, 39_332_535), (29, 720_401), (30, 242),
    ]
    for (bit, factor) in factors where rest & (1 << bit) != 0 {
      result = doublingHighMultiply(result, factor)
    }
    return result
  }

  /// exp(x) in Q0.31 for x in -1/4..<0 in Q0.31: a polynomial around -1/8.
  private static func expNearZero(_ x: Int32) -> Int32 {
    let expOfMinusEighth: Int32 = 1_895_147_668
    let third: Int32 = 715_827_883
    let d = x &+ (1 << 28)
    let d2 = doublingHighMultiply(d, d)
    let d3 = doublingHighMultiply(d2, d)
    let d4 = doublingHighMultiply(d2, d2)
    let quarterOfD4 = roundingDivide(d4, byPowerOfTwo: 2)
    let tail = roundingDivide(
      doublingHighMultiply(quarterOfD4 &+ d3, third) &+ d2, byPowerOfTwo: 1)
    return expOfMinusEighth &+ doublingHighMultiply(expOfMinusEighth, d &+ tail)
  }

  /// 1 / x for x > 0 with `integerBits` integer bits: a Q0.31 significand in 1/2...1 and the bits to
  /// shift it right.
  static func reciprocal(
    _ x: Int32, integerBits: Int32
  ) -> (significand: Int32, bitsOverUnit: Int32) {
    let headroom = Int32(UInt32(bitPattern: x).leadingZeroBitCount)
    let fraction = Int32(bitPattern: (UInt32(bitPattern: x) << UInt32(headroom)) &- (1 << 31))
    return (reciprocalOfOnePlus(fraction), integerBits - headroom)
  }

  /// 1 / (1 + x) in Q0.31 for x in 0...1 in Q0.31: three Newton steps in Q2.29.
  private static func reciprocalOfOnePlus(_ x: Int32) -> Int32 {
    let sum = Int64(x) + Int64(Int32.max)
    let halfDenominator = Int32((sum + (sum >= 0 ? 1 : -1)) / 2)
    var result = 1_515_870_810 &+ doublingHighMultiply(halfDenominator, -1_010_580_540)
    for _ in 0..<3 {
      let error = (1 << 29) &- doublingHighMultiply(halfDenominator, result)
      result = result &+ saturatingShiftLeft(doublingHighMultiply(result, error), 2)
    }
    return saturatingShiftLeft(result, 1)
  }

  /// log(x) in Q5.26 for x >= 1 in Q12.19.
  ///
  /// x is a power of two times r, which is within 2^(1/4) of sqrt(1/sqrt(2)): of two choices of r, a half step apart, the
  /// smaller one. log(r) is a quotient of polynomials around that. Source: TFLite's
  /// `log_x_for_x_greater_than_or_equal_to_1_impl`.
  static func log(_ x: Int32) -> Int32 {
    let (rootOfHalf, fourthRootOfHalf): (Int32, Int32) = (1_518_500_250, 1_805_811_301)
    func headroom(_ x: Int32) -> Int32 { Int32(x.leadingZeroBitCount) - 1 }
    // Exponents are in Q6.25, with a quarter to spare on both sides.
    func exponent(_ bits: Int32) -> Int32 { saturatingShiftLeft(12 - bits, 25) }
    let quarter: Int32 = 1 << 23
    let own = headroom(x)
    let shifted = headroom(doublingHighMultiply(x, rootOfHalf))
    let r = min(
      saturatingShiftLeft(doublingHighMultiply(saturatingShiftLeft(x, own), rootOfHalf), 1),
      saturatingShiftLeft(x, shifted))
    let power = max(exponent(own + 1) &+ quarter, exponent(shifted) &- quarter)
    let sum = Int64(r) + Int64(fourthRootOfHalf)
    let mean = Int32((sum + (sum >= 0 ? 1 : -1)) / 2)
    let d = 2 &* (r &- fourthRootOfHalf)
    let square = doublingHighMultiply(d, d)
    // Beside 2^(1/4): 11/240, 1/20, 1/4, and the middle one is 2 / 2^(1/4) - 2^(1/4).
    let numerator =
      doublingHighMultiply(d, r)
      &+ doublingHighMultiply(doublingHighMultiply(d, square), 117_049_297)
    let denominator =
      doublingHighMultiply(
        mean, 1_057_819_769 &+ d &+ doublingHighMultiply(127_690_142, square))
      &+ doublingHighMultiply(638_450_708, d)
    let logOfR = doublingHighMultiply(
      roundingDivide(numerator, byPowerOfTwo: 6), reciprocalOfOnePlus(denominator))
    let logOfTwo: Int32 = 1_488_522_236
    return saturatingShiftLeft(doublingHighMultiply(power, logOfTwo) &+ logOfR, 1)
  }

  private static func saturatingShiftLeft(_ x: Int32, _ bits: Int32) -> Int32 {
    let wide = Int64(x) << Int64(bits)
    return Int32(max(Int64(Int32.min), min(Int64(Int32.max), wide)))
  }
}
