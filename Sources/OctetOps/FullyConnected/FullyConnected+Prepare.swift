package import OctetDiagnostics
import OctetIR
import OctetKernels

extension FullyConnected {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let input = context.input(0)
    let filter = context.input(1)
    let bias = context.optionalInput(2)
    let output = context.output
    let depth = filter.extents[1]
    let sizes = Sizes(rows: input.count / depth, depth: depth, outputs: filter.extents[0])
    let isPackable =
      filter.isConstant && (bias?.isConstant ?? true) && sizes.rows > 0 && !context.usesReference
    switch input.element {
    case .float32 where filter.element == .int8: return try hybridStep(context, sizes)
    case .float32:
      let (source, weights, target) = (input.float32, filter.float32, output.float32)
      let (sums, bounds) = (bias?.float32, activation.bounds)
      guard isPackable, QS8Dense.canCompute(rows: sizes.rows, depth: depth) else {
        return Step(kernel: "f32-fully-connected--reference") {
          Self.reference(
            sizes, input: source, filter: weights, bias: sums, bounds: bounds, output: target)
        }
        .applying(context.epilogue, to: output)
      }
      let kernel = F32Dense(
        rows: sizes.rows, depth: depth, weights: weights,
        output: F32Output(
          channels: sizes.outputs, bias: sums, bounds: bounds,
          slope: context.epilogue?.slope ?? 1), pool: context.pool)
      context.didPack(1)
      return Step(
        kernel: kernel.kernel, multiplications: sizes.rows * depth * sizes.outputs,
        phases: kernel.phases(source, target, threads: context.pool.threadCount))
    case .uint8:
      let layer = try UInt8Layer(context, activation)
      let (source, weights, target) = (input.uint8, filter.uint8, output.uint8)
      let sums = bias?.int32
      return Step(
        kernel: "qu8-fully-connected--reference",
        multiplications: sizes.rows * depth * sizes.outputs
      ) {
        Self.reference(
          sizes, input: source, filter: weights, bias: sums, layer, output: target)
      }
      .applying(context.epilogue, to: output)
    case .int16:
      let to = try context.resultType.perTensor()
      let multipliers = ChannelMultipliers(
        input: try input.perTensor().scale, weights: try filter.scales(along: 0),
        output: to.scale)
      let bounds = activation.codeBounds(Int16.self, scale: to.scale, zeroPoint: 0)
      let (source, weights, target) = (input.int16, filter.int8, output.int16)
      let sums = bias?.int64
      guard isPackable, QS8Dense.canCompute(rows: sizes.rows, depth: depth) else {
        return Step(kernel: "qs16-fully-connected--reference") {
          Self.reference(
            sizes, input: source, filter: weights, bias: sums, multipliers: multipliers,
            bounds: bounds, output: target)
        }
      }
      let kernel = QS16Dense(
        rows: sizes.rows, depth: depth, weights: weights,
        QS16Output(
          channels: sizes.outputs, bias: sums, scaling: .real(multipliers.reals), bounds: bounds),
        pool: context.pool)
      context.didPack(1)
      return Step(
        kernel: kernel.kernel, multiplications: sizes.rows * depth * sizes.outputs,
        phases: kernel.phases(
          source, target, threads: context.pool.threadCount, scratch: context.scratch))
    default:
      let from = try input.perTensor()
      let to = try context.resultType.perTensor()
      let multipliers = ChannelMultipliers(
        input: from.scale, weights: try filter.scales(along: 0), output: to.scale)
      let bounds = activation.codeBounds(Int8.self, scale: to.scale, zeroPoint: to.zeroPoint)
      let (source, weights, target) = (input.int8, filter.int8, output.int8)
      let sums = bias?.int32
      guard isPackable, QS8Dense.canCompute(rows: sizes.rows, depth: depth) else {
        return Step(kernel: "qs8-fully-connected--reference") {
          Self.reference(
            sizes, input: source, inputZeroPoint: from.zeroPoint, filter: weights, bias: sums,
            multipliers: multipliers, outputZeroPoint: to.zeroPoint, bounds: bounds,
            output: target)
        }
        .applying(context.epilogue, to: output)
      }
      let kernel = QS8Dense(
        rows: sizes.rows, depth: depth, weights: weights, inputZeroPoint: from.zeroPoint,
        output: QS8Output(
          channels: sizes.outputs, bias: sums, scaling: .real(multipliers.reals),
          zeroPoint: to.zeroPoint, bounds: bounds, table: context.epilogue?.table),
        pool: context.pool)
      context.didPack(1)
      return Step(
        kernel: kernel.kernel, multiplications: sizes.rows * depth * sizes.outputs,
        phases: kernel.phases(
          source, target, threads: context.pool.threadCount, scratch: context.scratch))
    }
  }

  private func hybridStep(
    _ context: PrepareContext, _ sizes: Sizes
  ) throws(Diagnostic) -> Step {
    let (filter, output) = (context.input(1), context.output)
    let layer = try HybridLayer(
      context, rows: sizes.rows, quantizesAsymmetrically ? .asymmetric : .symmetric,
      scales: try filter.scales(along: 0), bounds: activation.bounds)
    let weights = filter.int8
    let multiplications = sizes.rows * sizes.depth * sizes.outputs
    guard filter.isConstant, !context.usesReference,
      QS8Dense.canCompute(rows: sizes.rows, depth: sizes.depth)
    else {
      return layer.step(
        context, kernel: "qd8-fully-connected--reference", multiplications: multiplications,
        output, weights: filter
      ) { sums in
        [
          Work { _, _ in
            Self.reference(
              sizes, codes: layer.codes, zeroPoints: layer.zeroPoints, filter: weights, sums: sums)
          }
        ]
      }
    }
    let kernel = QS8Dense(
      rows: sizes.rows, depth: sizes.depth, weights: weights, inputZeroPoint: 0,
      zeroPoints: layer.zeroPoints, output: QS8Output(sumsOf: sizes.outputs), pool: context.pool)
    context.didPack(1)
    return layer.step(
      context, kernel: "qd8-\(kernel.kernel)", multiplications: multiplications, output,
      form: QS8GEMM.best.form, weights: filter
    ) {
      kernel.phases(
        layer.codes, $0, threads: context.pool.threadCount, scratch: context.scratch)
    }
  }
}
