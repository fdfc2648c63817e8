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
    let state = try context.allocate(MemoryLayout<Float>.size * sizes.stateCount)
    let (source, target, variables) = (input.float32, output.float32, context.variables)
    let isConstant = [Self.kernel, Self.recurrentKernel, Self.bias].allSatisfy { first in
      (first..<first + 4).allSatisfy { context.input($0).isConstant }
    }
    if isConstant, !context.usesReference,
      QS8Dense.canCompute(rows: sizes.rows, depth: sizes.features)
    {
      return try packed(context, sizes, weights, state, source, target)
    }
    let scratch = context.requestScratch(byteCount: 4 * sizes.scratchCount)
    return Step(
      kernel: "f32-unidirectional-sequence-lstm--reference", multiplications: sizes.multiplications
    ) { [self] in
      let kept = state.mutableBytes.assumingMemoryBound(to: Float.self)
      if variables.areNew { kept.update(repeating: 0) }
      reference(
        sizes, weights, source, target, state: kept.baseAddress!,
        scratch.shared.assumingMemoryBound(to: Float.self))
    }
  }

  /// The step of packed weights: what the gates make of the inputs is computed for all steps at once.
  private func packed(
    _ context: PrepareContext, _ sizes: Sizes, _ weights: Weights, _ state: Storage,
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) throws(Diagnostic) -> Step {
    let (units, width) = (sizes.units, 4 * sizes.units)
    /// The four gates' [units][columns], one below the other.
    func joined(_ gates: [UnsafePointer<Float>], columns: Int) -> [Float] {
      gates.flatMap { UnsafeBufferPointer(start: $0, count: units * columns) }
    }
    let inputs = F32Dense(
      rows: sizes.rows, depth: sizes.features,
      weights: joined(weights.kernels, columns: sizes.features),
      output: F32Output(channels: width, bias: joined(weights.biases, columns: 1)),
      pool: context.pool)
    let recurrent = F32Dense(
      rows: 1, depth: units, weights: joined(weights.recurrentKernels, columns: units),
      output: F32Output(channels: width, bias: nil), pool: context.pool)
    for first in [Self.kernel, Self.recurrentKernel] {
      for input in first..<first + 4 { context.didPack(input) }
    }
    let memory = try context.allocate(MemoryLayout<Float>.size * (sizes.rows + 2) * width)
    guard let sums = memory.mutableBytes.assumingMemoryBound(to: Float.self).baseAddress else {
      preconditionFailure("a layer has units")
    }
    let (addition, variables) = (F32Binary.best(.add), context.variables)
    let steps = Work { [self] _, _ in
      withExtendedLifetime(memory) {
        let kept = state.mutableBytes.assumingMemoryBound(to: Float.self)
        if variables.areNew { kept.update(repeating: 0) }
        let (others, gates) = (sums + sizes.rows * width, sums + (sizes.rows + 1) * width)
        forEachStep(sizes, state: kept.baseAddress!) { row, h, c in
          recurrent.run(h, others)
          addition.run(
            count: width, sums + row * width, 1, others, 1, bounds: (-.infinity, .infinity),
            to: gates)
          update(gates, units, h, c)
          (target + row * units).update(from: h, count: units)
        }
      }
    }
    return Step(
      kernel: "f32-unidirectional-sequence-lstm--\(inputs.kernel)",
      multiplications: sizes.multiplications,
      phases: inputs.phases(source, sums, threads: context.pool.threadCount) + [steps])
  }
}
