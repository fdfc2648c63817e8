package import OctetDiagnostics
import OctetIR

extension NumberRange {
  /// Each number is the one before and the step, so that roundings add up.
  ///
  /// Source: TFLite's `range.cc`.
  @inline(__always)
  static func reference<Number>(
    _ first: Number, _ step: Number, _ output: UnsafeMutablePointer<Number>, _ count: Int,
    _ add: (Number, Number) -> Number
  ) {
    var number = first
    for place in 0..<count {
      output[place] = number
      number = add(number, step)
    }
  }
}

extension NumberRange {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (first, step, output) = (context.input(0), context.input(2), context.output)
    let count = output.count
    switch output.element {
    case .float32:
      return Step(kernel: "f32-range--reference") {
        Self.reference(first.float32.pointee, step.float32.pointee, output.float32, count) {
          $0 + $1
        }
      }
    case .int64:
      return Step(kernel: "s64-range--reference") {
        Self.reference(first.int64.pointee, step.int64.pointee, output.int64, count) { $0 &+ $1 }
      }
    default:
      return Step(kernel: "s32-range--reference") {
        Self.reference(first.int32.pointee, step.int32.pointee, output.int32, count) { $0 &+ $1 }
      }
    }
  }
}
