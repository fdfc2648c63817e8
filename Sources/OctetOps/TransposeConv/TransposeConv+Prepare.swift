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
    default:
      let from = try image.perTensor()
      let to = try output.perTensor()
      let multipliers = ChannelMultipliers(
        input: from.scale, weights: try filter.scales(along: 0), output: to.scale)
      let bounds = activation.int8Bounds(scale: to.scale, zeroPoint: to.zeroPoint)
      let (source, weights, target, offsets) = (image.int8, filter.int8, output.int8, bias?.int32)
      let scratch = context.requestScratch(
        byteCount: geometry.outputCount * MemoryLayout<Int32>.size)
      return Step(kernel: "qs8-transpose-conv--reference") {
        Self.reference(
          geometry, input: source, inputZeroPoint: from.zeroPoint, filter: weights, bias: offsets,
          multipliers: multipliers, outputZeroPoint: to.zeroPoint, bounds: bounds,
          sums: scratch.shared.assumingMemoryBound(to: Int32.self), output: target)
      }
    }
  }
}
