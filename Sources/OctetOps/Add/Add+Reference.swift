package import OctetDiagnostics
import OctetKernels

extension Add: Arithmetic {
  static var operation: F32Binary.Operation { .add }

  static func reference(_ a: Float, _ b: Float) -> Float { a + b }

  static func reference<Number: FixedWidthInteger>(_ a: Number, _ b: Number) -> Number { a &+ b }

  static func step<Code: CodeNumber>(
    _ context: PrepareContext, _ code: CodesBinary.Code, _ scales: CodeScales<Code>
  ) -> Step {
    let fixed = CodeSum(scales)
    return BinaryStep.codes(context, .add, code, fixed.parameters) { fixed.sum($0, $1) }
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try BinaryStep.arithmetic(context, Add.self, activation)
  }
}
