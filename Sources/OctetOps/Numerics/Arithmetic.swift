import OctetDiagnostics
import OctetIR
import OctetKernels

typealias CodeNumber = FixedWidthInteger & BitwiseCopyable & Sendable

/// What a sum, a difference and a product of two operands are made of; the fused activation clamps them.
protocol Arithmetic {
  static var operation: F32Binary.Operation { get }

  static func reference(_ a: Float, _ b: Float) -> Float

  /// Of whole numbers, which wrap.
  static func reference<Number: FixedWidthInteger>(_ a: Number, _ b: Number) -> Number

  static func step<Code: CodeNumber>(
    _ context: PrepareContext, _ code: CodesBinary.Code, _ scales: CodeScales<Code>
  ) -> Step
}

/// What the codes of two operands and of a result stand for.
struct CodeScales<Code: CodeNumber> {
  let left: (scale: Float, zeroPoint: Int32)
  let right: (scale: Float, zeroPoint: Int32)
  let output: (scale: Float, zeroPoint: Int32)
  /// Of the result.
  let bounds: (low: Code, high: Code)

  /// Throws `OCT0701` where a tensor has not one scale.
  init(_ context: PrepareContext, _ activation: FusedActivation) throws(Diagnostic) {
    left = try context.input(0).perTensor()
    right = try context.input(1).perTensor()
    output = try context.output.perTensor()
    bounds = activation.codeBounds(Code.self, scale: output.scale, zeroPoint: output.zeroPoint)
  }
}

extension BinaryStep {
  static func arithmetic<Op: Arithmetic>(
    _ context: PrepareContext, _ op: Op.Type, _ activation: FusedActivation
  ) throws(Diagnostic) -> Step {
    let name = Op.operation.rawValue
    switch context.input(0).element {
    case .float32:
      let bounds = activation.bounds
      return float(context, Op.operation, bounds: bounds) {
        min(max(Op.reference($0, $1), bounds.low), bounds.high)
      }
    case .int32:
      return whole(context, name, activation) { (a: Int32, b: Int32) in Op.reference(a, b) }
    case .int64:
      return whole(context, name, activation) { (a: Int64, b: Int64) in Op.reference(a, b) }
    case .int16:
      return Op.step(context, .int16, try CodeScales<Int16>(context, activation))
    case .uint8:
      return Op.step(context, .uint8, try CodeScales<UInt8>(context, activation))
    default:
      return Op.step(context, .int8, try CodeScales<Int8>(context, activation))
    }
  }
}
