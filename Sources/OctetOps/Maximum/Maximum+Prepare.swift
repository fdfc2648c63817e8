package import OctetDiagnostics
import OctetIR

extension Maximum {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Self.step(
      context, "maximum", { Self.reference($0, $1) }, { Self.reference($0, $1) },
      { Self.reference($0, $1) })
  }

  /// The step of an operator that chooses one of two elements.
  @inline(__always)
  static func step(
    _ context: PrepareContext, _ name: String, _ float: @escaping (Float, Float) -> Float,
    _ int8: @escaping (Int8, Int8) -> Int8, _ int16: @escaping (Int16, Int16) -> Int16
  ) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .float32:
      return BinaryStep.step(context, kernel: "f32-\(name)--reference", combine: float)
    case .int16:
      try context.requireOneScale()
      return BinaryStep.step(context, kernel: "qs16-\(name)--reference", combine: int16)
    default:
      try context.requireOneScale()
      return BinaryStep.step(
        context, kernel: "qs8-\(name)--reference",
        combine: int8)
    }
  }
}

extension Minimum {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Maximum.step(
      context, "minimum", { Self.reference($0, $1) }, { Self.reference($0, $1) },
      { Self.reference($0, $1) })
  }
}
