package import OctetDiagnostics
import OctetIR

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
    default:
      guard (1...1 << 23).contains(reduced.count) else {
        throw context.noKernel("int8 has no mean of \(reduced.count) elements")
      }
      let mean = Int8Mean(try input.perTensor(), try output.perTensor(), count: reduced.count)
      let (source, target) = (input.int8, output.int8)
      return Step(kernel: "qs8-mean--reference") {
        Self.reference(kept, reduced, source, target, mean)
      }
    }
  }
}
