package import OctetDiagnostics
import OctetIR

extension Logical {
  static func reference(_ kind: Kind) -> (UInt8, UInt8) -> UInt8 {
    switch kind {
    case .and: { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .or: { $0 != 0 || $1 != 0 ? 1 : 0 }
    }
  }
}

extension LogicalNot {
  static func reference(_ x: UInt8) -> UInt8 { x == 0 ? 1 : 0 }
}

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
