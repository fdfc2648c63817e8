package import OctetDiagnostics
import OctetIR

extension Mul {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (left, right, output) = (context.input(0), context.input(1), context.output)
    switch left.element {
    case .float32:
      let bounds = activation.bounds
      return BinaryStep.step(
        kernel: "f32-mul--reference", left, right, (left.float32, right.float32, output.float32)
      ) { Self.reference($0, $1, bounds) }
    case .int32:
      let bounds = activation.int32Bounds
      return BinaryStep.step(
        kernel: "s32-mul--reference", left, right, (left.int32, right.int32, output.int32)
      ) { Self.reference($0, $1, bounds) }
    default:
      let to = try output.perTensor()
      let fixed = Int8Product(
        try left.perTensor(), try right.perTensor(), to,
        activation.int8Bounds(scale: to.scale, zeroPoint: to.zeroPoint))
      return BinaryStep.step(
        kernel: "qs8-mul--reference", left, right, (left.int8, right.int8, output.int8)
      ) { fixed.product($0, $1) }
    }
  }
}
