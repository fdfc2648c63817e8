package import OctetDiagnostics
import OctetKernels

extension Sub: Arithmetic {
  static var operation: F32Binary.Operation { .subtract }

  static func reference(_ a: Float, _ b: Float) -> Float { a - b }

  static func reference<Number: FixedWidthInteger>(_ a: Number, _ b: Number) -> Number { a &- b }

  static func step<Code: CodeNumber>(
    _ context: PrepareContext, _ code: CodesBinary.Code, _ scales: CodeScales<Code>
  ) -> Step {
    let fixed = CodeSum(scales)
    return BinaryStep.codes(context, .subtract, code, fixed.parameters) { fixed.difference($0, $1) }
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try BinaryStep.arithmetic(context, Sub.self, activation)
  }
}
