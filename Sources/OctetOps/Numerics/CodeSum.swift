import OctetDiagnostics
import OctetIR
import OctetKernels

/// The fixed-point parameters of an int8 or int16 sum or difference: both operands are brought to one scale with
/// 20 or 15 bits to spare.
///
/// Source: TFLite's `reference_integer_ops::AddElementwise`, `reference_ops::SubElementwise` and the
/// preparations in `add.cc` and `sub.cc`, for int16 of scales that need be no powers of two.
struct CodeSum<Code: CodeNumber>: Sendable {
  private static var leftShift: Int32 { Code.bitWidth == 8 ? 20 : 15 }
  private let left: Term
  private let right: Term
  private let output: (significand: Int32, shift: Int32)
  private let outputZeroPoint: Int32
  private let bounds: (low: Int32, high: Int32)

  private struct Term: Sendable {
    let zeroPoint: Int32
    let multiplier: (significand: Int32, shift: Int32)

    @inline(__always)
    func scaled(_ x: Code) -> Int32 {
      FixedPoint.multiply(
        (Int32(x) - zeroPoint) << leftShift, multiplier.significand, multiplier.shift)
    }
  }

  init(_ scales: CodeScales<Code>) {
    let (left, right, output) = (scales.left, scales.right, scales.output)
    let common = 2 * Double(max(left.scale, right.scale))
    self.left = Term(
      zeroPoint: left.zeroPoint, multiplier: FixedPoint.quantize(Double(left.scale) / common))
    self.right = Term(
      zeroPoint: right.zeroPoint, multiplier: FixedPoint.quantize(Double(right.scale) / common))
    let unit = Double(Int32(1) << Self.leftShift) * Double(output.scale)
    self.output = FixedPoint.quantize(common / unit)
    outputZeroPoint = output.zeroPoint
    bounds = (Int32(scales.bounds.low), Int32(scales.bounds.high))
  }

  /// The same for a kernel.
  var parameters: CodesBinary.Parameters {
    CodesBinary.Parameters(
      left: (left.zeroPoint, left.multiplier), right: (right.zeroPoint, right.multiplier),
      output: (outputZeroPoint, output), bounds: bounds)
  }

  @inline(__always)
  func sum(_ a: Code, _ b: Code) -> Code { code(left.scaled(a) &+ right.scaled(b)) }

  @inline(__always)
  func difference(_ a: Code, _ b: Code) -> Code { code(left.scaled(a) &- right.scaled(b)) }

  @inline(__always)
  private func code(_ sum: Int32) -> Code {
    let code = FixedPoint.multiply(sum, output.significand, output.shift) &+ outputZeroPoint
    return Code(max(bounds.low, min(bounds.high, code)))
  }
}

extension OperatorReader {
  /// Throws `OCT0206` for an int16 sum of scales that are powers of two: TFLite's kernel for those, of models
  /// older than its 16x8 specification, rounds otherwise.
  func requireGeneralScales() throws(Diagnostic) {
    guard operands.types.contains(where: { $0?.element == .int16 }),
      operands.types.allSatisfy({ ($0?.quantization?.scale.significand ?? 1) == 1 })
    else { return }
    throw Diagnostic(
      .unknownOperator, "int16 sums of scales that are powers of two are not supported")
  }
}
