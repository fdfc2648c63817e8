package import OctetDiagnostics
import OctetIR

extension ReLU {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Self.step(context, .relu)
  }

  static func step(
    _ context: PrepareContext, _ activation: FusedActivation
  ) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch input.element {
    case .float32:
      let (source, target, count) = (input.float32, output.float32, input.count)
      let bounds = activation.bounds
      return Step(kernel: "f32-clamp--reference") {
        Self.reference(source, target, count: count, bounds: bounds)
      }
    default:
      return table(from: try input.perTensor(), to: try output.perTensor(), activation)
        .step(kernel: "x8-table--reference", input, output)
    }
  }
}

extension ReLU6 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try ReLU.step(context, .relu6)
  }
}
