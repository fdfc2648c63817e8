package import OctetDiagnostics
import OctetIR
import OctetKernels

extension HardSwish {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch input.element {
    case .float32:
      let (source, target, count) = (input.float32, output.float32, input.count)
      return Step(kernel: "f32-hard-swish--reference") {
        Self.reference(source, target, count: count)
      }
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
    let (from, to) = (try input.perTensor(), try output.perTensor())
    // The reference computes both multipliers in float32.
    let ratio = from.scale / 128 / to.scale
    guard ratio < 1 else {
      throw Diagnostic(
        .noKernel, "a hard swish of codes needs an output scale above 1/128 of its input's")
    }
    let (scale, gate) = (Self.multiplier(ratio), Self.multiplier(from.scale / 128 / (3 / 32768)))
    func code(_ code: Int32) -> Int32 {
      Self.reference(
        code, inputZeroPoint: from.zeroPoint, outputZeroPoint: to.zeroPoint, output: scale,
        gate: gate)
    }
    return input.element == .uint8 ? ByteTable(uint8: code) : ByteTable(int8: code)
  }
}
