package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Gelu {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    guard input.element == .float32 else {
      return try table(input.type, output.type).step(input, output)
    }
    let (source, target) = (input.float32, output.float32)
    return Step(kernel: "f32-gelu--reference", elements: input.count) { first, count in
      for i in first..<first + count { target[i] = self.reference(source[i]) }
    }
  }

  func epilogue(_ input: TensorType, _ output: TensorType) -> Epilogue? {
    input.element == .int8 ? (try? table(input, output)).map { .table($0) } : nil
  }

  private func table(
    _ input: TensorType, _ output: TensorType
  ) throws(Diagnostic) -> ByteTable {
    ByteTable(from: try input.perTensor(), to: try output.perTensor(), reference)
  }
}
