package import OctetDiagnostics
import OctetIR

extension Quantize {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch output.element {
    case .int8: return try step(input, output, output.int8)
    case .uint8: return try step(input, output, output.uint8)
    default: throw context.noKernel("quantizing to \(output.element.name) has no kernel")
    }
  }

  private func step<Code: FixedWidthInteger & BitwiseCopyable>(
    _ input: TensorView, _ output: TensorView, _ target: UnsafeMutablePointer<Code>
  ) throws(Diagnostic) -> Step {
    let (scale, zeroPoint) = try output.perTensor()
    let (low, high, count) = (Int32(Code.min), Int32(Code.max), input.count)
    if input.element == .float32 {
      let source = input.float32
      return Step(kernel: "f32-quantize--reference") {
        for i in 0..<count {
          target[i] = Code(
            Self.reference(source[i], scale: scale, zeroPoint: zeroPoint, low: low, high: high))
        }
      }
    }
    let from = try input.perTensor()
    let multiplier = FixedPoint.quantize(Double(from.scale) / Double(scale))
    // One table for all 256 bytes, whichever of the two types they are.
    let isSigned = input.element == .int8
    let table = (0..<256).map { byte in
      Code(
        Self.reference(
          isSigned ? Int32(Int8(truncatingIfNeeded: byte)) : Int32(byte), from: from.zeroPoint,
          to: zeroPoint, multiplier: multiplier, low: low, high: high))
    }
    let source = input.uint8
    return Step(kernel: "x8-table--reference") {
      table.withUnsafeBufferPointer { table in
        for i in 0..<count { target[i] = table[Int(source[i])] }
      }
    }
  }
}
