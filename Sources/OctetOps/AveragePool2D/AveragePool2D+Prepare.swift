package import OctetDiagnostics
import OctetIR

extension AveragePool2D {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let window = PoolWindow(input, settings)
    switch input.element {
    case .float32:
      let (source, target, bounds) = (input.float32, output.float32, settings.activation.bounds)
      return Step(kernel: "f32-average-pool-2d--reference") {
        Self.reference(window, source, target, bounds: bounds)
      }
    default:
      try context.requireOneScale()
      guard Int64(settings.filter.height) * Int64(settings.filter.width) <= 1 << 23 else {
        throw context.noKernel("sums of so large a window do not fit int32")
      }
      let to = try output.perTensor()
      let bounds = settings.activation.int8Bounds(scale: to.scale, zeroPoint: to.zeroPoint)
      let (source, target) = (input.int8, output.int8)
      return Step(kernel: "qs8-average-pool-2d--reference") {
        Self.reference(window, source, target, bounds: bounds)
      }
    }
  }
}
