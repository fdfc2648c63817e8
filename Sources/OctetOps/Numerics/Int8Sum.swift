import OctetKernels

/// The fixed-point parameters of an int8 sum or difference: both operands are brought to one scale with
/// 20 bits to spare.
///
/// Source: TFLite's `reference_integer_ops::AddElementwise`, `reference_ops::SubElementwise` and the
/// preparations in `add.cc` and `sub.cc`.
struct Int8Sum {
  private static let leftShift: Int32 = 20
  private let left: Term
  private let right: Term
  private let output: (significand: Int32, shift: Int32)
  private let outputZeroPoint: Int32
  private let bounds: (low: Int32, high: Int32)

  private struct Term {
    let zeroPoint: Int32
    let multiplier: (significand: Int32, shift: Int32)

    @inline(__always)
    func scaled(_ x: Int8) -> Int32 {
      FixedPoint.multiply(
        (Int32(x) - zeroPoint) << leftShift, multiplier.significand, multiplier.shift)
    }
  }

  init(
    _ left: (scale: Float, zeroPoint: Int32), _ right: (scale: Float, zeroPoint: Int32),
    _ output: (scale: Float, zeroPoint: Int32), _ bounds: (low: Int8, high: Int8)
  ) {
    let common = 2 * Double(max(left.scale, right.scale))
    self.left = Term(
      zeroPoint: left.zeroPoint, multiplier: FixedPoint.quantize(Double(left.scale) / common))
    self.right = Term(
      zeroPoint: right.zeroPoint, multiplier: FixedPoint.quantize(Double(right.scale) / common))
    let unit = Double(Int32(1) << Self.leftShift) * Double(output.scale)
    self.output = FixedPoint.quantize(common / unit)
    outputZeroPoint = output.zeroPoint
    self.bounds = (Int32(bounds.low), Int32(bounds.high))
  }

  /// The same for a kernel.
  var parameters: QS8Add.Parameters {
    QS8Add.Parameters(
      left: (left.zeroPoint, left.multiplier), right: (right.zeroPoint, right.multiplier),
      output: (outputZeroPoint, output), bounds: bounds)
  }

  @inline(__always)
  func sum(_ a: Int8, _ b: Int8) -> Int8 { code(left.scaled(a) &+ right.scaled(b)) }

  @inline(__always)
  func difference(_ a: Int8, _ b: Int8) -> Int8 { code(left.scaled(a) &- right.scaled(b)) }

  @inline(__always)
  private func code(_ sum: Int32) -> Int8 {
    let code = FixedPoint.multiply(sum, output.significand, output.shift) &+ outputZeroPoint
    return Int8(max(bounds.low, min(bounds.high, code)))
  }
}
