package import OctetDiagnostics
import OctetIR

extension Log {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch input.element {
    case .float32:
      let (source, target, count) = (input.float32, output.float32, input.count)
      return Step(kernel: "f32-log--reference") {
        for i in 0..<count { target[i] = Self.reference(source[i]) }
      }
    default:
      return Int8Table(
        from: try input.perTensor(), to: try output.perTensor(),
        { $0 > 0 ? Self.reference($0) : -.infinity }
      ).step(kernel: "x8-table--reference", input, output)
    }
  }
}
