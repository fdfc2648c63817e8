package import OctetDiagnostics
import OctetIR

extension ShapeOf {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (extents, output) = (context.input(0).extents, context.output)
    let numbers = kind == .rank ? [extents.count] : extents
    return Step(kernel: "\(name)--reference") {
      for (place, number) in numbers.enumerated() {
        if output.element == .int64 {
          output.int64[place] = Int64(number)
        } else {
          output.int32[place] = Int32(number)
        }
      }
    }
  }
}
