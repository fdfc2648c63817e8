package import OctetDiagnostics
import OctetIR
import OctetKernels

extension AveragePool2D {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let window = PoolWindow(input, settings)
    switch input.element {
    case .float32:
      let (source, target, bounds) = (input.float32, output.float32, settings.activation.bounds)
      if !context.usesReference {
        return window.step(Pool.average, source, target, bounds, empty: .nan)
      }
      return Step(kernel: "f32-average-pool-2d--reference") {
        Self.reference(window, source, target, bounds: bounds)
      }
    case .int16: return try step(context, window, "qs16", input.int16, output.int16)
    case .uint8: return try step(context, window, "qu8", input.uint8, output.uint8)
    default: return try step(context, window, "qs8", input.int8, output.int8)
    }
  }

  private func step<Code: FixedWidthInteger & BitwiseCopyable>(
    _ context: PrepareContext, _ window: PoolWindow, _ type: String,
    _ source: UnsafeMutablePointer<Code>, _ target: UnsafeMutablePointer<Code>
  ) throws(Diagnostic) -> Step {
    try context.requireOneScale()
    let pixels = Int64(settings.filter.height) * Int64(settings.filter.width)
    guard pixels <= (Code.bitWidth == 8 ? 1 << 23 : 1 << 16) else {
      throw context.noKernel("sums of so large a window do not fit int32")
    }
    let to = try context.output.perTensor()
    let bounds = settings.activation.codeBounds(
      Code.self, scale: to.scale, zeroPoint: to.zeroPoint)
    let scratch = context.requestScratch(
      byteCount: window.channels * MemoryLayout<Int32>.stride)
    return Step(kernel: "\(type)-average-pool-2d--reference") {
      Self.reference(
        window, source, target, bounds: bounds,
        sums: scratch.shared.assumingMemoryBound(to: Int32.self))
    }
  }
}
