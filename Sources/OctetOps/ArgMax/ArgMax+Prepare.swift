package import OctetDiagnostics
import OctetIR

extension ArgMax {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .float32: choice(context, "f32", Float.self)
    case .int32: choice(context, "s32", Int32.self)
    case .uint8: choice(context, "qu8", UInt8.self)
    default: choice(context, "qs8", Int8.self)
    }
  }

  private func choice<Element: BitwiseCopyable & Comparable>(
    _ context: PrepareContext, _ label: String, _ element: Element.Type
  ) -> Step {
    kind == .max
      ? step(context, label, element) { $0 > $1 } : step(context, label, element) { $0 < $1 }
  }

  @inline(__always)
  private func step<Element: BitwiseCopyable & Comparable>(
    _ context: PrepareContext, _ label: String, _ element: Element.Type,
    _ isBetter: @escaping (Element, Element) -> Bool
  ) -> Step {
    let (others, along) = context.reduction()
    let source = context.input(0).elements(element)
    let kernel = "\(label)-\(name)--reference"
    if type == .int64 {
      let target = context.output.elements(Int64.self)
      return Step(kernel: kernel) { Self.reference(others, along, source, target, isBetter) }
    }
    let target = context.output.int32
    return Step(kernel: kernel) { Self.reference(others, along, source, target, isBetter) }
  }
}
