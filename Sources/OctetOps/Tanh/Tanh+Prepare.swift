package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Tanh {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch input.element {
    case .float32:
      let (source, target, count) = (input.float32, output.float32, input.count)
      return Step(kernel: "f32-tanh--reference") {
        for i in 0..<count { target[i] = Self.reference(source[i]) }
      }
    case .int16:
      let table = try SigmoidTable(input.type, output.type, powers: -12 ... -11)
      return .codes("tanh", input, output, table.tanh)
    case .uint8:
      let (from, to) = (try input.perTensor(), try output.perTensor())
      return ByteTable(uint8From: from, to: to, Self.reference).step(input, output)
    default:
      return try table(input.type, output.type).step(input, output)
    }
  }

  func epilogue(_ input: TensorType, _ output: TensorType) -> Epilogue? {
    input.element == .int8 ? (try? table(input, output)).map { .table($0) } : nil
  }

  private func table(
    _ input: TensorType, _ output: TensorType
  ) throws(Diagnostic) -> ByteTable {
    ByteTable(from: try input.perTensor(), to: try output.perTensor(), Self.reference)
  }
}
