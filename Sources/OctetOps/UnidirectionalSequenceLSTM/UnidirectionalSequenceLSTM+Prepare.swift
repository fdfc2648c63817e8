package import OctetDiagnostics
import OctetIR
import OctetKernels

extension UnidirectionalSequenceLSTM {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let sizes = Sizes(
      batches: input.extents[timeMajor ? 1 : 0], steps: input.extents[timeMajor ? 0 : 1],
      features: input.extents[2], units: output.extents[2])
    func gates(_ first: Int) -> [UnsafePointer<Float>] {
      (0..<4).map { UnsafePointer(context.input(first + $0).float32) }
    }
    let weights = Weights(
      kernels: gates(Self.kernel), recurrentKernels: gates(Self.recurrentKernel),
      biases: gates(Self.bias))
    let scratch = context.requestScratch(byteCount: 4 * sizes.scratchCount)
    let state = try context.allocate(
      2 * MemoryLayout<Float>.size * sizes.batches * sizes.units)
    let (source, target, variables) = (input.float32, output.float32, context.variables)
    let rows = sizes.batches * sizes.steps
    return Step(
      kernel: "f32-unidirectional-sequence-lstm--reference",
      multiplications: rows * (sizes.features + sizes.units) * 4 * sizes.units
    ) { [self] in
      let kept = state.mutableBytes.assumingMemoryBound(to: Float.self)
      if variables.areNew { kept.update(repeating: 0) }
      reference(
        sizes, weights, source, target, state: kept.baseAddress!,
        scratch.shared.assumingMemoryBound(to: Float.self))
    }
  }
}
