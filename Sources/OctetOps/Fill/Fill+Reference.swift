package import OctetDiagnostics
import OctetIR

extension Fill {
  /// `count` copies of an element of `byteCount` bytes.
  static func reference(
    _ value: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, count: Int, byteCount: Int
  ) {
    for place in 0..<count {
      (output + place * byteCount).copyMemory(from: value, byteCount: byteCount)
    }
  }
}

extension Fill {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (value, output) = (context.input(1), context.output)
    guard let size = value.element.byteCount else {
      throw context.noKernel("\(value.element.name) cannot be repeated")
    }
    if output.type.isQuantized { try context.requireOneScale(besides: [0]) }
    return Step(kernel: "x\(8 * size)-fill--reference") {
      Self.reference(value.base, output.base, count: output.count, byteCount: size)
    }
  }
}
