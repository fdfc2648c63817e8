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
    let isPackable = filter.isConstant && (bias?.isConstant ?? true) && sizes.rows > 0
    switch input.element {
    case .float32:
      let (source, weights, target) = (input.float32, filter.float32, output.float32)
      let (sums, bounds) = (bias?.float32, activation.bounds)
      guard isPackable else {
        return Step(kernel: "f32-fully-connected--reference") {
          Self.reference(
            sizes, input: source, filter: weights, bias: sums, bounds: bounds, output: target)
        }
      }
      let packed = PackedFloatWeights(weights, n: sizes.outputs, k: depth, bias: sums)
      let kernel = F32GEMM.best
      return Step(kernel: "\(kernel.name)") {
        kernel.run(
          m: sizes.rows, n: sizes.outputs, k: depth, a: source, aStride: depth,
          weights: packed.weights, output: packed.output(bounds: bounds), c: target,
          cStrideBytes: sizes.outputs * MemoryLayout<Float>.stride)
      }
    default:
      let from = try input.perTensor()
      let to = try output.perTensor()
      let multipliers = ChannelMultipliers(
        input: from.scale, weights: try filter.scales(along: 0), output: to.scale)
      let bounds = activation.int8Bounds(scale: to.scale, zeroPoint: to.zeroPoint)
      let (source, weights, target) = (input.int8, filter.int8, output.int8)
      let sums = bias?.int32
      guard isPackable else {
        return Step(kernel: "qs8-fully-connected--reference") {
          Self.reference(
            sizes, input: source, inputZeroPoint: from.zeroPoint, filter: weights, bias: sums,
            multipliers: multipliers, outputZeroPoint: to.zeroPoint, bounds: bounds,
            output: target)
        }
      }
      return packedInt8(
        sizes, context, source, from.zeroPoint,
        PackedInt8Weights(
          weights, n: sizes.outputs, k: depth, bias: sums, multipliers: multipliers),
        to.zeroPoint, bounds, target)
    }
  }

  private func packedInt8(
    _ sizes: Sizes, _ context: PrepareContext, _ source: UnsafePointer<Int8>,
    _ inputZeroPoint: Int32, _ packed: PackedInt8Weights, _ outputZeroPoint: Int32,
    _ bounds: (low: Int8, high: Int8), _ target: UnsafeMutablePointer<Int8>
  ) -> Step {
    let kernel = QS8GEMM.best
    let widen = QS8Widen.best
    let stride = QS8GEMM.paddedDepth(sizes.depth)
    let scratch = context.requestScratch(
      byteCount: sizes.rows * stride * MemoryLayout<Int16>.stride)
    return Step(kernel: "\(kernel.name)") {
      // Scratch is this step's alone while it runs, and Int16 is its only type.
      let rows = scratch.base.assumingMemoryBound(to: Int16.self)
      widen.run(
        rows: sizes.rows, count: sizes.depth, from: source, fromStride: sizes.depth,
        zeroPoint: inputZeroPoint, to: rows, toStride: stride)
      kernel.run(
        m: sizes.rows, n: sizes.outputs, k: sizes.depth, a: rows, aStride: stride,
        weights: packed.weights,
        output: packed.realOutput(zeroPoint: outputZeroPoint, bounds: bounds), c: target,
        cStrideBytes: sizes.outputs)
    }
  }
}
