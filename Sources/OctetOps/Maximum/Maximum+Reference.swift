package import OctetDiagnostics
import OctetIR

extension Maximum {
  static func reference<Element: Comparable>(_ a: Element, _ b: Element) -> Element {
    a > b ? a : b
  }
}

extension Minimum {
  static func reference<Element: Comparable>(_ a: Element, _ b: Element) -> Element {
    a < b ? a : b
  }
}

extension Maximum {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Self.step(context, "maximum", isMaximum: true)
  }

  /// The step of an operator that chooses one of two elements.
  static func step(
    _ context: PrepareContext, _ name: String, isMaximum: Bool
  ) throws(Diagnostic) -> Step {
    if context.output.type.isQuantized { try context.requireOneScale() }
    switch context.output.element {
    case .float32: return step(context, Float.self, "f32-\(name)", isMaximum)
    case .int32: return step(context, Int32.self, "s32-\(name)", isMaximum)
    case .int64: return step(context, Int64.self, "s64-\(name)", isMaximum)
    case .int16: return step(context, Int16.self, "qs16-\(name)", isMaximum)
    case .uint8: return step(context, UInt8.self, "qu8-\(name)", isMaximum)
    default: return step(context, Int8.self, "qs8-\(name)", isMaximum)
    }
  }

  private static func step<Element: Comparable & BitwiseCopyable>(
    _ context: PrepareContext, _ type: Element.Type, _ name: String, _ isMaximum: Bool
  ) -> Step {
    let kernel = name + "--reference"
    return isMaximum
      ? BinaryStep.step(context, kernel: kernel) { (a: Element, b: Element) in reference(a, b) }
      : BinaryStep.step(context, kernel: kernel) { (a: Element, b: Element) in
        Minimum.reference(a, b)
      }
  }
}

extension Minimum {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Maximum.step(context, "minimum", isMaximum: false)
  }
}
