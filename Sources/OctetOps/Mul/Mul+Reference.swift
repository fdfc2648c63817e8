package import OctetDiagnostics
import OctetKernels

extension Mul: Arithmetic {
  static var operation: F32Binary.Operation { .multiply }

  static func reference(_ a: Float, _ b: Float) -> Float { a * b }

  static func reference<Number: FixedWidthInteger>(_ a: Number, _ b: Number) -> Number { a &* b }

  static func step<Code: CodeNumber>(
    _ context: PrepareContext, _ code: CodesBinary.Code, _ scales: CodeScales<Code>
  ) -> Step {
    let fixed = CodeProduct(scales)
    return BinaryStep.codes(context, .multiply, code, fixed.parameters) { fixed.product($0, $1) }
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try BinaryStep.arithmetic(context, Mul.self, activation)
  }
}

/// The fixed-point parameters of an int8 or int16 product.
///
/// Source: TFLite's `reference_integer_ops::MulElementwise` and the preparation in `mul.cc`, which
/// computes the real multiplier in float32.
struct CodeProduct<Code: CodeNumber> {
  private let leftZeroPoint: Int32
  private let rightZeroPoint: Int32
  private let multiplier: (significand: Int32, shift: Int32)
  private let outputZeroPoint: Int32
  private let bounds: (low: Int32, high: Int32)

  init(_ scales: CodeScales<Code>) {
    let (left, right, output) = (scales.left, scales.right, scales.output)
    leftZeroPoint = left.zeroPoint
    rightZeroPoint = right.zeroPoint
    multiplier = FixedPoint.quantize(Double(left.scale * right.scale / output.scale))
    outputZeroPoint = output.zeroPoint
    bounds = (Int32(scales.bounds.low), Int32(scales.bounds.high))
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
