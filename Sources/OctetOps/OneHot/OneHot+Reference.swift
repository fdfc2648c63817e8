package import OctetDiagnostics
import OctetIR

extension OneHot {
  /// - Parameters:
  ///   - inner: indices after the rows' dimension.
  ///   - value: the number of the index that a row belongs to.
  static func reference<Element: BitwiseCopyable>(
    _ output: UnsafeMutablePointer<Element>, outer: Int, depth: Int, inner: Int, on: Element,
    off: Element, value: (Int) -> Int
  ) {
    for row in 0..<outer {
      for place in 0..<depth {
        let target = output + (row * depth + place) * inner
        for index in 0..<inner {
          target[index] = value(row * inner + index) == place ? on : off
        }
      }
    }
  }
}

extension OneHot {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.output.element.byteCount {
    case 1: return try step(context, UInt8.self)
    case 2: return try step(context, UInt16.self)
    case 4: return try step(context, UInt32.self)
    case 8: return try step(context, UInt64.self)
    default: throw context.noKernel("no row is made of \(context.output.element.name) elements")
    }
  }

  private func step<Element: BitwiseCopyable>(
    _ context: PrepareContext, _ type: Element.Type
  ) throws(Diagnostic) -> Step {
    let (indices, output) = (context.input(0), context.output)
    let axis = try OctetOps.axis(axis, of: output.extents.count)
    let outer = output.extents[..<axis].reduce(1, *)
    let (depth, inner) = (output.extents[axis], output.extents[(axis + 1)...].reduce(1, *))
    let on = UnsafePointer(context.input(2).base.assumingMemoryBound(to: type))
    let off = UnsafePointer(context.input(3).base.assumingMemoryBound(to: type))
    let target = output.base.assumingMemoryBound(to: type)
    let (narrow, wide, isWide) = (indices.int32, indices.int64, indices.element == .int64)
    return Step(kernel: "x\(8 * MemoryLayout<Element>.size)-one-hot--reference") {
      Self.reference(
        target, outer: outer, depth: depth, inner: inner, on: on.pointee, off: off.pointee
      ) { isWide ? Int(wide[$0]) : Int(narrow[$0]) }
    }
  }
}
