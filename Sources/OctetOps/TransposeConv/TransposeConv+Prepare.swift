package import OctetDiagnostics
import OctetIR
import OctetKernels

extension TransposeConv {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (filter, image, output) = (context.input(1), context.input(2), context.output)
    let bias = context.optionalInput(3)
    let geometry = Geometry(image, filter, output, stride: stride, padding: padding)
    switch image.element {
    case .float32:
      let (source, weights, target) = (image.float32, filter.float32, output.float32)
      let (sums, bounds) = (bias?.float32, activation.bounds)
      if filter.isConstant, !context.usesReference,
        QS8Dense.canCompute(rows: geometry.inputWidth, depth: geometry.inputChannels)
      {
        return packed(context, geometry, sums, bounds)
      }
      return Step(kernel: "f32-transpose-conv--reference") {
        Self.reference(
          geometry, input: source, filter: weights, bias: sums, bounds: bounds, output: target)
      }
    case .int16:
      let to = try output.perTensor()
      let multipliers = try ChannelMultipliers(
        wide: try image.perTensor().scale, weights: try filter.scales(along: 0), output: to.scale)
      let bounds = activation.codeBounds(Int16.self, scale: to.scale, zeroPoint: 0)
      let (source, weights, target) = (image.int16, filter.int8, output.int16)
      let offsets = bias?.int64
      let scratch = context.requestScratch(
        byteCount: geometry.outputCount * MemoryLayout<Int64>.size)
      return Step(kernel: "qs16-transpose-conv--reference") {
        Self.reference(
          geometry, input: source, inputZeroPoint: 0, filter: weights,
          sums: scratch.shared.assumingMemoryBound(to: Int64.self)
        ) { batch, i, sum in
          let channel = i % geometry.outputChannels
          target[batch * geometry.outputCount + i] = multipliers.code(
            sum &+ (offsets?[channel] ?? 0), channel, bounds)
        }
      }
    default:
      let from = try image.perTensor()
      let to = try output.perTensor()
      let multipliers = ChannelMultipliers(
        input: from.scale, weights: try filter.scales(along: 0), output: to.scale)
      let bounds = activation.codeBounds(Int8.self, scale: to.scale, zeroPoint: to.zeroPoint)
      let (source, weights, target, offsets) = (image.int8, filter.int8, output.int8, bias?.int32)
      let scratch = context.requestScratch(
        byteCount: geometry.outputCount * MemoryLayout<Int32>.size)
      return Step(kernel: "qs8-transpose-conv--reference") {
        Self.reference(
          geometry, input: source, inputZeroPoint: from.zeroPoint, filter: weights,
          sums: scratch.shared.assumingMemoryBound(to: Int32.self)
        ) { batch, i, sum in
          let channel = i % geometry.outputChannels
          let scaled = FixedPoint.multiply(
            sum &+ (offsets?[channel] ?? 0), multipliers.significands[channel],
            multipliers.shifts[channel])
          target[batch * geometry.outputCount + i] = Int8(
            scaled, zeroPoint: to.zeroPoint, bounds: bounds)
        }
      }
    }
  }

  /// The step of packed weights: what a line of the image adds to the result is a product of matrices.
  private func packed(
    _ context: PrepareContext, _ g: Geometry, _ bias: UnsafePointer<Float>?,
    _ bounds: (low: Float, high: Float)
  ) -> Step {
    let (filter, taps) = (context.input(1).float32, g.kernel.height * g.kernel.width)
    let width = taps * g.outputChannels
    var weights: [Float] = []
    weights.reserveCapacity(width * g.inputChannels)
    for tap in 0..<taps {
      for channel in 0..<g.outputChannels {
        let first = filter + (channel * taps + tap) * g.inputChannels
        weights.append(contentsOf: UnsafeBufferPointer(start: first, count: g.inputChannels))
      }
    }
    let product = F32Dense(
      rows: g.inputWidth, depth: g.inputChannels, weights: weights,
      output: F32Output(channels: width, bias: nil), pool: context.pool)
    context.didPack(1)
    let scratch = context.requestScratch(
      byteCount: g.inputWidth * width * MemoryLayout<Float>.stride)
    let (input, output) = (context.input(2).float32, context.output.float32)
    return Step(
      kernel: "f32-transpose-conv--\(product.kernel)",
      multiplications: g.batches * g.inputCount * width
    ) {
      let sums = scratch.shared.assumingMemoryBound(to: Float.self)
      for batch in 0..<g.batches {
        let (image, result) = (input + batch * g.inputCount, output + batch * g.outputCount)
        result.update(repeating: 0, count: g.outputCount)
        for y in 0..<g.inputHeight {
          product.run(image + y * g.inputWidth * g.inputChannels, sums)
          Self.add(g, line: y, sums, to: result)
        }
        Self.finish(g, result, bias, bounds)
      }
    }
  }
}
