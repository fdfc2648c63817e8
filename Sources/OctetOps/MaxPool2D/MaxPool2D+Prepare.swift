package import OctetDiagnostics
import OctetIR
import OctetKernels

extension MaxPool2D {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let window = PoolWindow(input, settings)
    switch input.element {
    case .float32:
      return Self.step(
        context.usesReference ? nil : Pool.floatMax, window, input.float32, output.float32,
        settings.activation.bounds, lowest: -.greatestFiniteMagnitude)
    case .int16:
      try context.requireOneScale()
      return Self.step(
        context.usesReference ? nil : Pool.int16Max, window, input.int16, output.int16,
        settings.activation.codeBounds(
          Int16.self, scale: try output.perTensor().scale, zeroPoint: 0),
        lowest: .min)
    case .uint8:
      try context.requireOneScale()
      let to = try output.perTensor()
      return Self.step(
        nil, window, input.uint8, output.uint8,
        settings.activation.codeBounds(UInt8.self, scale: to.scale, zeroPoint: to.zeroPoint),
        lowest: .min)
    default:
      try context.requireOneScale()
      let to = try output.perTensor()
      return Self.step(
        context.usesReference ? nil : Pool.int8Max, window, input.int8, output.int8,
        settings.activation.codeBounds(Int8.self, scale: to.scale, zeroPoint: to.zeroPoint),
        lowest: -128)
    }
  }

  private static func step<Element: Comparable & BitwiseCopyable>(
    _ kernel: Pool.Variant<Element>?, _ window: PoolWindow, _ source: UnsafePointer<Element>,
    _ target: UnsafeMutablePointer<Element>, _ bounds: (low: Element, high: Element),
    lowest: Element
  ) -> Step {
    guard let kernel else {
      return Step(kernel: "max-pool-2d--reference") {
        reference(window, source, target, lowest: lowest, bounds: bounds)
      }
    }
    return window.step(kernel, source, target, bounds, empty: lowest)
  }
}
