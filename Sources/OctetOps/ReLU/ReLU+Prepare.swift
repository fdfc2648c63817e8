package import OctetDiagnostics
import OctetIR
import OctetKernels

extension ReLU {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Self.step(context, .relu)
  }

  func epilogue(_ input: TensorType, _ output: TensorType) -> Epilogue? {
    Self.epilogue(input, output, .relu)
  }

  static func step(
    _ context: PrepareContext, _ activation: FusedActivation
  ) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch input.element {
    case .float32:
      let (source, target, count) = (input.float32, output.float32, input.count)
      let bounds = activation.bounds
      return Step(kernel: "f32-clamp--reference") {
        Self.reference(source, target, count: count, bounds: bounds)
      }
    case .int16:
      let clamp = CodeClamp<Int16>(
        from: try input.perTensor(), to: try output.perTensor(), activation)
      return .codes("clamp", input, output) { Int16(clamp.code(Int32($0))) }
    case .uint8:
      let clamp = CodeClamp<UInt8>(
        from: try input.perTensor(), to: try output.perTensor(), activation)
      return ByteTable(uint8: clamp.code).step(input, output)
    default: return try table(input.type, output.type, activation).step(input, output)
    }
  }

  private static func table(
    _ input: TensorType, _ output: TensorType, _ activation: FusedActivation
  ) throws(Diagnostic) -> ByteTable {
    let clamp = CodeClamp<Int8>(from: try input.perTensor(), to: try output.perTensor(), activation)
    return ByteTable(int8: clamp.code)
  }

  static func epilogue(
    _ input: TensorType, _ output: TensorType, _ activation: FusedActivation
  ) -> Epilogue? {
    guard input.element == .int8 else { return nil }
    return (try? table(input, output, activation)).map { .table($0) }
  }
}

extension ReLU6 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try ReLU.step(context, .relu6)
  }

  func epilogue(_ input: TensorType, _ output: TensorType) -> Epilogue? {
    ReLU.epilogue(input, output, .relu6)
  }
}
