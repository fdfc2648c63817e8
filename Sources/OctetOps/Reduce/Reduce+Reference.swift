package import OctetDiagnostics
import OctetIR

extension Reduce {
  /// - Parameters:
  ///   - kept: the dimensions of the result.
  ///   - reduced: the others.
  @inline(__always)
  static func reference<Element: BitwiseCopyable>(
    _ kept: StridedWalk, _ reduced: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Element>, from initial: Element,
    _ combine: (Element, Element) -> Element
  ) {
    kept.forEach { position, first in
      var result = initial
      reduced.forEach { _, offset in result = combine(result, input[first + offset]) }
      output[position] = result
    }
  }
}

extension Reduce {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .float32:
      let greatest = Float.greatestFiniteMagnitude
      switch kind {
      case .max: return step(context, "f32", from: -greatest) { $0 > $1 ? $0 : $1 }
      case .min: return step(context, "f32", from: greatest) { $0 < $1 ? $0 : $1 }
      case .product: return step(context, "f32", from: 1 as Float) { $0 * $1 }
      default: return step(context, "f32", from: 0 as Float) { $0 + $1 }
      }
    case .int32:
      switch kind {
      case .max: return step(context, "s32", from: Int32.min) { max($0, $1) }
      case .min: return step(context, "s32", from: Int32.max) { min($0, $1) }
      case .product: return step(context, "s32", from: 1 as Int32) { $0 &* $1 }
      default: return step(context, "s32", from: 0 as Int32) { $0 &+ $1 }
      }
    case .uint8:
      try context.requireOneScale(besides: [1])
      return kind == .max
        ? step(context, "qu8", from: UInt8.min) { max($0, $1) }
        : step(context, "qu8", from: UInt8.max) { min($0, $1) }
    case .int64:
      switch kind {
      case .max: return step(context, "s64", from: Int64.min) { max($0, $1) }
      case .min: return step(context, "s64", from: Int64.max) { min($0, $1) }
      case .product: return step(context, "s64", from: 1 as Int64) { $0 &* $1 }
      default: return step(context, "s64", from: 0 as Int64) { $0 &+ $1 }
      }
    case .int8:
      try context.requireOneScale(besides: [1])
      return kind == .max
        ? step(context, "qs8", from: Int8.min) { max($0, $1) }
        : step(context, "qs8", from: Int8.max) { min($0, $1) }
    default:
      return kind == .all
        ? step(context, "bool", from: 1 as UInt8) { $0 != 0 && $1 != 0 ? 1 : 0 }
        : step(context, "bool", from: 0 as UInt8) { $0 != 0 || $1 != 0 ? 1 : 0 }
    }
  }

  @inline(__always)
  private func step<Element: BitwiseCopyable>(
    _ context: PrepareContext, _ type: String, from initial: Element,
    _ combine: @escaping (Element, Element) -> Element
  ) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (kept, reduced) = context.reduction()
    let (source, target) = (input.elements(Element.self), output.elements(Element.self))
    return Step(kernel: "\(type)-\(name)--reference") {
      Self.reference(kept, reduced, source, target, from: initial, combine)
    }
  }
}
