package import OctetDiagnostics
import OctetIR

extension Sub {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (left, right, output) = (context.input(0), context.input(1), context.output)
    switch left.element {
    case .float32:
      let bounds = activation.bounds
      return BinaryStep.step(
        kernel: "f32-sub--reference", left, right, (left.float32, right.float32, output.float32)
      ) { Self.reference($0, $1, bounds) }
    case .int32:
      let bounds: (low: Int32, high: Int32) = activation.wholeBounds()
      return BinaryStep.step(
        kernel: "s32-sub--reference", left, right, (left.int32, right.int32, output.int32)
      ) { Self.reference($0, $1, bounds) }
    case .int64:
      let bounds: (low: Int64, high: Int64) = activation.wholeBounds()
      return BinaryStep.step(
        kernel: "s64-sub--reference", left, right, (left.int64, right.int64, output.int64)
      ) { Self.reference($0, $1, bounds) }
    case .int16:
      let to = try output.perTensor()
      let fixed = CodeSum(
        try left.perTensor(), try right.perTensor(), to,
        activation.codeBounds(Int16.self, scale: to.scale, zeroPoint: 0))
      return BinaryStep.step(
        kernel: "qs16-sub--reference", left, right, (left.int16, right.int16, output.int16)
      ) { fixed.difference($0, $1) }
    case .uint8:
      let to = try output.perTensor()
      let fixed = CodeSum(
        try left.perTensor(), try right.perTensor(), to,
        activation.codeBounds(UInt8.self, scale: to.scale, zeroPoint: to.zeroPoint))
      return BinaryStep.step(
        kernel: "qu8-sub--reference", left, right, (left.uint8, right.uint8, output.uint8)
      ) { fixed.difference($0, $1) }
    default:
      let to = try output.perTensor()
      let fixed = CodeSum(
        try left.perTensor(), try right.perTensor(), to,
        activation.codeBounds(Int8.self, scale: to.scale, zeroPoint: to.zeroPoint))
      return BinaryStep.step(
        kernel: "qs8-sub--reference", left, right, (left.int8, right.int8, output.int8)
      ) { fixed.difference($0, $1) }
    }
  }
}
