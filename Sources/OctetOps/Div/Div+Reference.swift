package import OctetDiagnostics
import OctetIR

extension Div {
  static func reference(_ a: Float, _ b: Float, _ bounds: (low: Float, high: Float)) -> Float {
    min(max(a / b, bounds.low), bounds.high)
  }

  static func reference(_ a: Int32, _ b: Int32) -> Int32 {
    b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
  }
}

extension Div {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.input(0).element == .int32 {
      return BinaryStep.whole(context, "div", activation) { (a: Int32, b: Int32) in
        Self.reference(a, b)
      }
    }
    let bounds = activation.bounds
    return BinaryStep.step(context, kernel: "f32-div--reference") { Self.reference($0, $1, bounds) }
  }
}
