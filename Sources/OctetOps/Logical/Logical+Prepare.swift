package import OctetDiagnostics
import OctetIR

extension Logical {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    return BinaryStep.step(
      context, kernel: "bool-\(name)--reference",
      combine: Self.reference(kind))
  }
}

extension LogicalNot {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (source, target) = (context.input(0).uint8, context.output.uint8)
    return Step(kernel: "bool-logical_not--reference", elements: context.output.count) {
      first, count in
      for i in first..<first + count { target[i] = Self.reference(source[i]) }
    }
  }
}
