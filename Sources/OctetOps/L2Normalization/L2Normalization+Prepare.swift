package import OctetDiagnostics
import OctetIR

extension L2Normalization {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let depth = output.extents.last ?? 1
    let rows = output.count / max(depth, 1)
    if input.element != .float32 {
      let zeroPoint = try input.perTensor().zeroPoint
      let middle: Int32 = output.element == .int8 ? 0 : 128
      let to = try output.perTensor()
      guard to.scale == 0x1p-7, to.zeroPoint == middle, depth <= 1 << 15 else {
        throw context.noKernel(
          "vectors of \(input.element.name) have a result of scale 1/128 and zero point \(middle), "
            + "and at most 2^15 elements")
      }
      if input.element == .int8 {
        let (source, target) = (input.int8, output.int8)
        return Step(kernel: "qs8-l2-normalization--reference") {
          Self.reference(
            source, target, rows: rows, depth: depth, zeroPoint: zeroPoint, middle: middle)
        }
      }
      let (source, target) = (input.uint8, output.uint8)
      return Step(kernel: "qu8-l2-normalization--reference") {
        Self.reference(
          source, target, rows: rows, depth: depth, zeroPoint: zeroPoint, middle: middle)
      }
    }
    let (source, target) = (input.float32, output.float32)
    return Step(kernel: "f32-l2-normalization--reference") {
      Self.reference(source, target, rows: rows, depth: depth)
    }
  }
}
