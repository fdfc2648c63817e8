package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Mul {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .float32:
      let bounds = activation.bounds
      return BinaryStep.float(context, .multiply, bounds: bounds) { Self.reference($0, $1, bounds) }
    case .int32:
      let bounds: (low: Int32, high: Int32) = activation.wholeBounds()
      return BinaryStep.step(context, kernel: "s32-mul--reference") {
        Self.reference($0, $1, bounds)
      }
    case .int64:
      let bounds: (low: Int64, high: Int64) = activation.wholeBounds()
      return BinaryStep.step(context, kernel: "s64-mul--reference") {
        Self.reference($0, $1, bounds)
      }
    case .int16: return try step(context, .int16, Int16.self)
    case .uint8: return try step(context, .uint8, UInt8.self)
    default: return try step(context, .int8, Int8.self)
    }
  }

  private func step<Code: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ context: PrepareContext, _ code: CodesBinary.Code, _ type: Code.Type
  ) throws(Diagnostic) -> Step {
    let to = try context.output.perTensor()
    let fixed = CodeProduct(
      try context.input(0).perTensor(), try context.input(1).perTensor(), to,
      activation.codeBounds(type, scale: to.scale, zeroPoint: to.zeroPoint))
    return BinaryStep.codes(context, .multiply, code, fixed.parameters) { fixed.product($0, $1) }
  }
}
