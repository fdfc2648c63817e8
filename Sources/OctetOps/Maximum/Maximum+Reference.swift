package import OctetDiagnostics
import OctetIR

/// An operator that chooses one of two elements.
protocol Choice: BuiltinOp {
  static func reference<Element: Comparable>(_ a: Element, _ b: Element) -> Element
}

extension Choice {
  func step(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.output.type.isQuantized { try context.requireOneScale() }
    return switch context.output.element {
    case .float32: step(context, "f32", Float.self)
    case .int32: step(context, "s32", Int32.self)
    case .int64: step(context, "s64", Int64.self)
    case .int16: step(context, "qs16", Int16.self)
    case .uint8: step(context, "qu8", UInt8.self)
    default: step(context, "qs8", Int8.self)
    }
  }

  private func step<Element: Comparable & BitwiseCopyable>(
    _ context: PrepareContext, _ type: String, _: Element.Type
  ) -> Step {
    BinaryStep.step(context, kernel: "\(type)-\(name)--reference") { (a: Element, b: Element) in
      Self.reference(a, b)
    }
  }
}

extension Maximum: Choice {
  static func reference<Element: Comparable>(_ a: Element, _ b: Element) -> Element {
    a > b ? a : b
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step { try step(context) }
}

extension Minimum: Choice {
  static func reference<Element: Comparable>(_ a: Element, _ b: Element) -> Element {
    a < b ? a : b
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step { try step(context) }
}
