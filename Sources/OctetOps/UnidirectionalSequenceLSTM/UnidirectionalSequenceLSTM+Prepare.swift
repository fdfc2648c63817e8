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
    let memory = try context.allocate(
      MemoryLayout<Float>.size * (sizes.stateCount + sizes.packedCount))
    guard let state = memory.mutableBytes.assumingMemoryBound(to: Float.self).baseAddress else {
      preconditionFailure("a layer has units")
    }
    let packed = state + sizes.stateCount
    let arePacked = (Self.kernel..<Self.recurrentKernel + 4).allSatisfy {
      context.input($0).isConstant
    }
    if arePacked { Self.pack(weights, sizes, into: packed) }
    let scratch = context.requestScratch(
      byteCount: MemoryLayout<Float>.size * sizes.gateCount)
    let (source, target, variables) = (input.float32, output.float32, context.variables)
    let rows = sizes.batches * sizes.steps
    return Step(
      kernel: "f32-unidirectional-sequence-lstm--reference",
      multiplications: rows * (sizes.features + sizes.units) * 4 * sizes.units
    ) { [self] in
      withExtendedLifetime(memory) {
        if variables.areNew { state.update(repeating: 0, count: sizes.stateCount) }
        if !arePacked { Self.pack(weights, sizes, into: packed) }
        reference(
          sizes, packed, weights.biases, source, target, state: state,
          gates: scratch.shared.assumingMemoryBound(to: Float.self))
      }
    }
  }
}
