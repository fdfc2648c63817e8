package import OctetDiagnostics
import OctetIR

extension ArgMax {
  /// - Parameters:
  ///   - others: the dimensions of the result.
  ///   - along: the dimension that goes, at least one element.
  static func reference<Element: BitwiseCopyable & Comparable, Place: FixedWidthInteger>(
    _ kind: Kind, _ others: StridedWalk, _ along: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Place>
  ) {
    switch kind {
    case .max: choose(others, along, input, output) { $0 > $1 }
    case .min: choose(others, along, input, output) { $0 < $1 }
    }
  }

  @inline(__always)
  private static func choose<Element: BitwiseCopyable, Place: FixedWidthInteger>(
    _ others: StridedWalk, _ along: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Place>, _ isBetter: (Element, Element) -> Bool
  ) {
    let (count, step) = (along.rowCount, along.rowStep)
    others.forEach { position, first in
      var best = input[first]
      var place = 0
      for index in 0..<count where isBetter(input[first + index * step], best) {
        best = input[first + index * step]
        place = index
      }
      output[position] = Place(truncatingIfNeeded: place)
    }
  }
}

extension ArgMax {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .float32: step(context, "f32", Float.self)
    case .int32: step(context, "s32", Int32.self)
    case .uint8: step(context, "qu8", UInt8.self)
    default: step(context, "qs8", Int8.self)
    }
  }

  private func step<Element: BitwiseCopyable & Comparable>(
    _ context: PrepareContext, _ label: String, _ element: Element.Type
  ) -> Step {
    let (others, along) = context.reduction()
    let source = context.input(0).elements(element)
    let (kernel, kind) = ("\(label)-\(name)--reference", kind)
    if type == .int64 {
      let target = context.output.elements(Int64.self)
      return Step(kernel: kernel) { Self.reference(kind, others, along, source, target) }
    }
    let target = context.output.int32
    return Step(kernel: kernel) { Self.reference(kind, others, along, source, target) }
  }
}
