package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Mean {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (kept, reduced) = context.reduction()
    switch input.element {
    case .float32:
      let (source, target) = (input.float32, output.float32)
      return Step(kernel: "f32-mean--reference") {
        Self.reference(kept, reduced, source, target)
      }
    case .int16: return try step(context, kept, reduced, "qs16", input.int16, output.int16)
    case .uint8: return try step(context, kept, reduced, "qu8", input.uint8, output.uint8)
    default: return try step(context, kept, reduced, "qs8", input.int8, output.int8)
    }
  }

  private func step<Code: FixedWidthInteger & BitwiseCopyable>(
    _ context: PrepareContext, _ kept: StridedWalk, _ reduced: StridedWalk, _ type: String,
    _ source: UnsafeMutablePointer<Code>, _ target: UnsafeMutablePointer<Code>
  ) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    guard (1...(Code.bitWidth == 8 ? 1 << 23 : 1 << 16)).contains(reduced.count) else {
      throw context.noKernel("\(input.element.name) has no mean of \(reduced.count) elements")
    }
    let mean = CodeMean<Code>(
      try input.perTensor(), try output.perTensor(), count: reduced.count)
    let scratch = context.requestScratch(
      byteCount: kept.rowCount * MemoryLayout<Int32>.stride)
    return Step(kernel: "\(type)-mean--reference") {
      Self.reference(
        kept, reduced, source, target, mean,
        sums: scratch.shared.assumingMemoryBound(to: Int32.self))
    }
  }
}
