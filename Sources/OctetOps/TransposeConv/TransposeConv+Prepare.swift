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
}
