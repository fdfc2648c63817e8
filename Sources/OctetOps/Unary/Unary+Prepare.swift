package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Unary {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch input.element {
    case .float32: return step("f32", input.float32, output.float32, count: input.count, reference)
    case .int32: return step("s32", input.int32, output.int32, count: input.count, wholeReference)
    default: return try table(input.type, output.type).step(input, output)
    }
  }

  private func step<Element>(
    _ type: String, _ source: UnsafeMutablePointer<Element>,
    _ target: UnsafeMutablePointer<Element>, count: Int, _ function: @escaping (Element) -> Element
  ) -> Step {
    Step(kernel: "\(type)-\(name)--reference", elements: count) { first, count in
      for i in first..<first + count { target[i] = function(source[i]) }
    }
  }

  func epilogue(_ input: TensorType, _ output: TensorType) -> Epilogue? {
    input.element == .int8 ? (try? table(input, output)).map { .table($0) } : nil
  }

  private func table(
    _ input: TensorType, _ output: TensorType
  ) throws(Diagnostic) -> ByteTable {
    let (from, to) = (try input.perTensor(), try output.perTensor())
    return kind == .abs
      ? ByteTable(int8: Self.magnitude(from: from, to: to))
      : ByteTable(from: from, to: to, reference)
  }
}
