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
    case .float32:
      let (source, weights, target) = (input.float32, filter.float32, output.float32)
      let (sums, bounds) = (bias?.float32, activation.bounds)
      guard isPackable else {
        return Step(kernel: "f32-fully-connected--reference") {
          Self.reference(
            sizes, input: source, filter: weights, bias: sums, bounds: bounds, output: target)
        }
        .applying(context.epilogue, to: output)
      }
      let packed = PackedFloatWeights(weights, n: sizes.outputs, k: depth, bias: sums)
      let kernel = F32GEMM.best
      return Step(kernel: "\(kernel.name)") {
        kernel.run(
          m: sizes.rows, n: sizes.outputs, k: depth, a: source, aStride: depth,
          weights: packed.weights, output: packed.output(bounds: bounds), c: target,
          cStrideBytes: sizes.outputs * MemoryLayout<Float>.stride)
      }
      .applying(context.epilogue, to: output)
    default:
      let from = try input.perTensor()
      let to = try context.resultType.perTensor()
      let multipliers = ChannelMultipliers(
        input: from.scale, weights: try filter.scales(along: 0), output: to.scale)
      let bounds = activation.int8Bounds(scale: to.scale, zeroPoint: to.zeroPoint)
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
      return Step(
        kernel: kernel.kernel,
        phases: kernel.phases(
          source, target, threads: context.pool.threadCount, scratch: context.scratch))
    }
  }
}
