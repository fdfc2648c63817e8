import OctetDiagnostics
import OctetKernels

/// The fixed-point arithmetic of TFLite's reference kernels.
///
/// Sources: gemmlowp's `fixedpoint.h`, TFLite's `kernels/internal/common.h` (two roundings).
package enum FixedPoint {
  /// `multiplier` as a Q31 significand of magnitude 2^30..<2^31, which has its sign, and a power of
  /// two, positive to the left.
  ///
  /// 0 gives (0, 0); anything smaller than 2^-32 too; the significand is rounded half away from zero.
  package static func quantize(_ multiplier: Double) -> (significand: Int32, shift: Int32) {
    if multiplier < 0 {
      let (significand, shift) = quantize(-multiplier)
      return (-significand, shift)
    }
    guard multiplier > 0, multiplier.isFinite else { return (0, 0) }
    var shift = Int32(multiplier.exponent) + 1
    var significand = Int64(
      (multiplier.significand * 0x1p30).rounded(.toNearestOrAwayFromZero))
    if significand == 1 << 31 {
      significand /= 2
      shift += 1
    }
    if shift < -31 { return (0, 0) }
    if shift > 30 { return (Int32.max, 30) }
    return (Int32(significand), shift)
  }

  /// High 32 bits of `2ab`, rounded to nearest with ties up, saturated.
  @inline(__always)
  package static func doublingHighMultiply(_ a: Int32, _ b: Int32) -> Int32 {
    if a == .min && b == .min { return .max }
    let product = Int64(a) &* Int64(b)
    // TFLite adds 1 - 2^30 to a negative product and truncates the quotient, which is the same number.
    return Int32(truncatingIfNeeded: (product &+ 1 << 30) &>> 31)
  }

  /// `x / 2^exponent`, rounded to nearest with ties away from zero; exponent 0...31.
  @inline(__always)
  package static func roundingDivide(_ x: Int32, byPowerOfTwo exponent: Int32) -> Int32 {
    let mask = Int32(truncatingIfNeeded: (Int64(1) << Int64(exponent)) &- 1)
    let remainder = x & mask
    let threshold = (mask >> 1) &+ (x < 0 ? 1 : 0)
    return (x >> exponent) &+ (remainder > threshold ? 1 : 0)
  }

  /// `x * significand * 2^shift / 2^31` with TFLite's two roundings; a negative significand gives the
  /// negative of what its magnitude gives.
  @inline(__always)
  package static func multiply(_ x: Int32, _ significand: Int32, _ shift: Int32) -> Int32 {
    if significand < 0 { return 0 &- multiply(x, 0 &- significand, shift) }
    let left = shift > 0 ? shift : 0
    let right = shift > 0 ? 0 : -shift
    return roundingDivide(doublingHighMultiply(x &<< left, significand), byPowerOfTwo: right)
  }

  /// `x * significand * 2^shift / 2^31` as TFLite scales int64 sums: the significand is reduced to 15 bits, and
  /// there is one rounding, to nearest with ties up.
  ///
  /// - Precondition: the significand is not negative and the shift at most 7, as `ChannelMultipliers` checks.
  @inline(__always)
  package static func multiplyWide(_ x: Int64, _ significand: Int32, _ shift: Int32) -> Int32 {
    let right = Int64(15 - shift)
    let product = x &* Int64(reduced(significand)) &+ (1 &<< (right &- 1))
    return Int32(truncatingIfNeeded: product &>> right)
  }

  /// A Q31 significand in Q15.
  package static func reduced(_ significand: Int32) -> Int32 {
    significand < 0x7FFF_0000 ? (significand + 1 << 15) >> 16 : 0x7FFF
  }
}

extension Int8 {
  /// `scaled + zeroPoint` within `bounds`; the sum does not wrap.
  @inline(__always)
  init(_ scaled: Int32, zeroPoint: Int32, bounds: (low: Int8, high: Int8)) {
    let low = Int32(bounds.low) - zeroPoint
    let high = Int32(bounds.high) - zeroPoint
    self.init(truncatingIfNeeded: Swift.min(high, Swift.max(low, scaled)) + zeroPoint)
  }
}

/// The real multiplier `input * weights / output` of each channel, in double precision and as fixed
/// point.
package struct ChannelMultipliers {
  package var reals: [Double] = []
  package var significands: [Int32] = []
  package var shifts: [Int32] = []

  package init(input: Float, weights: [Float], output: Float) {
    for scale in weights {
      let real = Double(input) * Double(scale) / Double(output)
      let (significand, shift) = FixedPoint.quantize(real)
      significands.append(significand)
      shifts.append(shift)
      reals.append(real)
    }
  }

  /// Those of layers with int64 sums. Throws `OCT0701` for a factor of 2^7 or more, which TFLite's kernels cannot
  /// apply to them.
  init(wide input: Float, weights: [Float], output: Float) throws(Diagnostic) {
    self.init(input: input, weights: weights, output: output)
    guard shifts.allSatisfy({ $0 <= 7 }) else {
      throw Diagnostic(
        .noKernel,
        "the scale of an int16 layer's result is 2^7 times finer than that of its products")
    }
  }

  /// The int16 code of a channel's int64 sum, whose zero point is 0.
  @inline(__always)
  func code(_ sum: Int64, _ channel: Int, _ bounds: (low: Int16, high: Int16)) -> Int16 {
    let scaled = FixedPoint.multiplyWide(sum, significands[channel], shifts[channel])
    return Int16(max(Int32(bounds.low), min(Int32(bounds.high), scaled)))
  }

  /// The same for a kernel.
  var wideFixedPoint: QS16Output.Scaling {
    .fixedPoint(
      multipliers: significands.map { FixedPoint.reduced($0) }, shifts: shifts.map { 15 - $0 })
  }

  /// With two roundings, as convolutions scale their sums.
  var fixedPoint: QS8Output.Scaling { .fixedPoint(significands: significands, shifts: shifts) }
}
