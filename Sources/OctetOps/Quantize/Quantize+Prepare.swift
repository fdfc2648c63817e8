package import OctetDiagnostics
import OctetIR
import OctetKernels

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
    return try table(input.type, output.type).step(input, output)
  }

  func epilogue(_ input: TensorType, _ output: TensorType) -> Epilogue? {
    input.element == .float32 ? nil : (try? table(input, output)).map { .table($0) }
  }

  /// The change of codes, for all 256 bytes, whichever of the two types they are.
  private func table(
    _ input: TensorType, _ output: TensorType
  ) throws(Diagnostic) -> ByteTable {
    let (from, to) = (try input.perTensor(), try output.perTensor())
    let multiplier = FixedPoint.quantize(Double(from.scale) / Double(to.scale))
    let isSigned = input.element == .int8
    let (low, high): (Int32, Int32) = output.element == .int8 ? (-128, 127) : (0, 255)
    return ByteTable { byte in
      let code = isSigned ? Int32(Int8(bitPattern: byte)) : Int32(byte)
      return UInt8(
        truncatingIfNeeded: Self.reference(
          code, from: from.zeroPoint, to: to.zeroPoint, multiplier: multiplier, low: low,
          high: high))
    }
  }
}
