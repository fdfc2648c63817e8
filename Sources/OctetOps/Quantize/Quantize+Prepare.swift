package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Quantize {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch output.element {
    case .int16: return try step(input, output, output.int16)
    case .uint8: return try step(input, output, output.uint8)
    default: return try step(input, output, output.int8)
    }
  }

  private func step<Code: FixedWidthInteger & BitwiseCopyable>(
    _ input: TensorView, _ output: TensorView, _ target: UnsafeMutablePointer<Code>
  ) throws(Diagnostic) -> Step {
    let (scale, zeroPoint) = try output.perTensor()
    let (low, high, count) = (Int32(Code.min), Int32(Code.max), input.count)
    if input.element == .float32 {
      let source = input.float32
      return Step(kernel: "f32-quantize--reference", elements: count) { first, count in
        for i in first..<first + count {
          target[i] = Code(
            Self.reference(source[i], scale: scale, zeroPoint: zeroPoint, low: low, high: high))
        }
      }
    }
    if Self.isByTable(input.type, output.type) {
      return try table(input.type, output.type).step(input, output)
    }
    let from = try input.perTensor()
    let multiplier = FixedPoint.quantize(Double(from.scale) / Double(scale))
    func step<Source: FixedWidthInteger>(_ source: UnsafeMutablePointer<Source>) -> Step {
      Step(kernel: "x16-quantize--reference", elements: count) { first, count in
        for i in first..<first + count {
          target[i] = Code(
            Self.reference(
              Int32(source[i]), from: from.zeroPoint, to: zeroPoint, multiplier: multiplier,
              low: low, high: high))
        }
      }
    }
    switch input.element {
    case .int16: return step(input.int16)
    case .int32: return step(input.int32)
    case .uint8: return step(input.uint8)
    default: return step(input.int8)
    }
  }

  func epilogue(_ input: TensorType, _ output: TensorType) -> Epilogue? {
    Self.isByTable(input, output) ? (try? table(input, output)).map { .table($0) } : nil
  }

  /// Whether all codes of both types are bytes.
  private static func isByTable(_ input: TensorType, _ output: TensorType) -> Bool {
    input.element.byteCount == 1 && output.element.byteCount == 1
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
