package import OctetDiagnostics
import OctetIR

extension ScatterND {
  /// - Parameters:
  ///   - extents: Those of the dimensions that a place has indices of.
  ///   - places: The number of places.
  ///   - size: Elements of a part.
  static func reference<Element: AdditiveArithmetic>(
    _ indices: UnsafePointer<Int32>, _ extents: [Int], places: Int, _ parts: UnsafePointer<Element>,
    size: Int, _ output: UnsafeMutablePointer<Element>, count: Int,
    add: (Element, Element) -> Element
  ) {
    output.update(repeating: .zero, count: count)
    for place in 0..<places {
      guard let part = GatherND.part(at: indices + place * extents.count, of: extents) else {
        continue
      }
      let target = output + part * size
      for i in 0..<size { target[i] = add(target[i], parts[place * size + i]) }
    }
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.output.element {
    case .float32: step(context, "f32", +, Float.self)
    case .int32: step(context, "s32", &+, Int32.self)
    default: step(context, "s64", &+, Int64.self)
    }
  }

  private func step<Element: AdditiveArithmetic & BitwiseCopyable>(
    _ context: PrepareContext, _ type: String, _ add: @escaping (Element, Element) -> Element,
    _: Element.Type
  ) -> Step {
    let (indices, parts, output) = (context.input(0), context.input(1), context.output)
    let depth = indices.extents.last ?? 1
    let extents = Array(output.extents[..<depth])
    let places = indices.count / depth
    let (own, source, target) = (
      indices.int32, parts.elements(Element.self), output.elements(Element.self)
    )
    return Step(kernel: "\(type)-scatter-nd--reference") {
      Self.reference(
        own, extents, places: places, source, size: parts.count / max(places, 1), target,
        count: output.count, add: add)
    }
  }
}
