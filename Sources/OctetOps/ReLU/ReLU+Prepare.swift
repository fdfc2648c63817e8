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
    default:
      return table(from: try input.perTensor(), to: try output.perTensor(), activation)
        .step(input, output)
    }
  }

  static func epilogue(
    _ input: TensorType, _ output: TensorType, _ activation: FusedActivation
  ) -> Epilogue? {
    guard input.element == .int8, let from = try? input.perTensor(),
      let to = try? output.perTensor()
    else { return nil }
    return .table(table(from: from, to: to, activation))
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
