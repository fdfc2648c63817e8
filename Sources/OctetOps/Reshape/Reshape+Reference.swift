package import OctetDiagnostics
import OctetIR

extension Reshape {
  static func reference(
    _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, byteCount: Int
  ) {
    output.copyMemory(from: input, byteCount: byteCount)
  }
}

extension Reshape {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (source, target) = (input.base, output.base)
    let byteCount = input.type.byteCount ?? 0
    if source == target { return Step(kernel: "shared") {} }
    return Step(kernel: "x8-copy--reference") {
      Self.reference(source, target, byteCount: byteCount)
    }
  }
}
