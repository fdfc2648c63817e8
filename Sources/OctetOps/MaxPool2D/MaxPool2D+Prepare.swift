package import OctetDiagnostics
import OctetIR

extension MaxPool2D {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let window = PoolWindow(input, settings)
    switch input.element {
    case .float32:
      let (source, target, bounds) = (input.float32, output.float32, settings.activation.bounds)
      return Step(kernel: "f32-max-pool-2d--reference") {
        Self.reference(
          window, source, target, lowest: -.greatestFiniteMagnitude, bounds: bounds)
      }
    default:
      try context.requireOneScale()
      let to = try output.perTensor()
      let bounds = settings.activation.int8Bounds(scale: to.scale, zeroPoint: to.zeroPoint)
      let (source, target) = (input.int8, output.int8)
      return Step(kernel: "s8-max-pool-2d--reference") {
        Self.reference(window, source, target, lowest: -128, bounds: bounds)
      }
    }
  }
}
