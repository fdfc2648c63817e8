package import OctetDiagnostics

extension FakeQuant {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int,
    range: TrainedRange
  ) {
    for i in 0..<count { output[i] = range.round(input[i]) }
  }
}

extension FakeQuant {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output, range) = (context.input(0), context.output, range)
    let (source, target) = (input.float32, output.float32)
    return Step(kernel: "f32-fake-quant--reference", elements: input.count) {
      Self.reference(source + $0, target + $0, count: $1, range: range)
    }
  }
}
