import OctetKernels

extension Mul {
  static func reference(_ a: Float, _ b: Float, _ bounds: (low: Float, high: Float)) -> Float {
    min(max(a * b, bounds.low), bounds.high)
  }

  static func reference<Number: FixedWidthInteger>(
    _ a: Number, _ b: Number, _ bounds: (low: Number, high: Number)
  ) -> Number {
    min(max(a &* b, bounds.low), bounds.high)
  }

  /// The fixed-point parameters of an int8 or int16 product.
  ///
  /// Source: TFLite's `reference_integer_ops::MulElementwise` and the preparation in `mul.cc`, which
  /// computes the real multiplier in float32.
  struct CodeProduct<Code: FixedWidthInteger> {
    private let leftZeroPoint: Int32
    private let rightZeroPoint: Int32
    private let multiplier: (significand: Int32, shift: Int32)
    private let outputZeroPoint: Int32
    private let bounds: (low: Int32, high: Int32)

    init(
      _ left: (scale: Float, zeroPoint: Int32), _ right: (scale: Float, zeroPoint: Int32),
      _ output: (scale: Float, zeroPoint: Int32), _ bounds: (low: Code, high: Code)
    ) {
      leftZeroPoint = left.zeroPoint
      rightZeroPoint = right.zeroPoint
      multiplier = FixedPoint.quantize(Double(left.scale * right.scale / output.scale))
      outputZeroPoint = output.zeroPoint
      self.bounds = (Int32(bounds.low), Int32(bounds.high))
    }

    /// The same for a kernel.
    var parameters: CodesBinary.Parameters {
      CodesBinary.Parameters(
        left: (leftZeroPoint, (0, 0)), right: (rightZeroPoint, (0, 0)),
        output: (outputZeroPoint, multiplier), bounds: bounds)
    }

    @inline(__always)
    func product(_ a: Code, _ b: Code) -> Code {
      let product = (Int32(a) - leftZeroPoint) * (Int32(b) - rightZeroPoint)
      let code =
        FixedPoint.multiply(product, multiplier.significand, multiplier.shift) &+ outputZeroPoint
      return Code(max(bounds.low, min(bounds.high, code)))
    }
  }
}
