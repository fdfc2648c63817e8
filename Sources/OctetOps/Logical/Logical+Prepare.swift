package import OctetDiagnostics
import OctetIR

extension Logical {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (left, right, output) = (context.input(0), context.input(1), context.output)
    return BinaryStep.step(
      kernel: "bool-\(name)--reference", left, right, (left.uint8, right.uint8, output.uint8),
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
