package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Add {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (left, right, output) = (context.input(0), context.input(1), context.output)
    switch left.element {
    case .float32:
      let bounds = activation.bounds
      return BinaryStep.step(
        kernel: "f32-add--reference", left, right, (left.float32, right.float32, output.float32)
      ) { Self.reference($0, $1, bounds) }
    default:
      let to = try output.perTensor()
      let fixed = Int8Sum(
        try left.perTensor(), try right.perTensor(), to,
        activation.int8Bounds(scale: to.scale, zeroPoint: to.zeroPoint))
      if left.extents == right.extents, !context.usesReference, let kernel = QS8Add.best {
        let (a, b, target, count) = (left.int8, right.int8, output.int8, output.count)
        let parameters = fixed.parameters
        let portion = 1 << 12
        return Step(
          kernel: "\(kernel.name)",
          phases: [
            Work(count: (count + portion - 1) / portion) { item, _ in
              let first = item * portion
              kernel.run(
                count: min(portion, count - first), a + first, b + first, parameters,
                to: target + first)
            }
          ])
      }
      return BinaryStep.step(
        kernel: "qs8-add--reference", left, right, (left.int8, right.int8, output.int8)
      ) { fixed.sum($0, $1) }
    }
  }
}
