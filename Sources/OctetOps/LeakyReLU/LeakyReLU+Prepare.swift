package import OctetDiagnostics
import OctetIR
import OctetKernels

extension LeakyReLU {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch input.element {
    case .float32:
      let (source, target, alpha) = (input.float32, output.float32, alpha)
      return Step(kernel: "f32-leaky-relu--reference", elements: input.count) {
        Self.reference(source + $0, target + $0, count: $1, alpha: alpha)
      }
    case .int16:
      let slopes = CodeSlopes(
        from: try input.perTensor(), to: try output.perTensor(), alpha: alpha)
      let (source, target) = (input.int16, output.int16)
      return Step(kernel: "qs16-leaky-relu--reference", elements: input.count) { first, count in
        for i in first..<first + count {
          target[i] = Int16(clamping: slopes.code(Int32(source[i])))
        }
      }
    default:
      return try table(input.type, output.type).step(input, output)
    }
  }

  func epilogue(_ input: TensorType, _ output: TensorType) -> Epilogue? {
    if input.element == .int8 { return (try? table(input, output)).map { .table($0) } }
    return input.element == .float32 && (0...1).contains(alpha) ? .leaky(alpha: alpha) : nil
  }

  private func table(
    _ input: TensorType, _ output: TensorType
  ) throws(Diagnostic) -> ByteTable {
    let slopes = CodeSlopes(from: try input.perTensor(), to: try output.perTensor(), alpha: alpha)
    return ByteTable(int8: slopes.code)
  }
}
