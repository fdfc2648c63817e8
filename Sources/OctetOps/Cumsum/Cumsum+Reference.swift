package import OctetDiagnostics
import OctetIR

extension Cumsum {
  /// - Parameters:
  ///   - rows: over the other dimensions.
  ///   - along: over the dimension of the sums.
  @inline(__always)
  func reference<Element: BitwiseCopyable>(
    _ rows: StridedWalk, _ along: StridedWalk, _ input: UnsafePointer<Element>,
    _ output: UnsafeMutablePointer<Element>, zero: Element, _ add: (Element, Element) -> Element
  ) {
    rows.forEach { _, first in
      var sum = zero
      along.forEach { _, offset in
        let place = first + (reverse ? along.last - offset : offset)
        let next = add(sum, input[place])
        output[place] = exclusive ? sum : next
        sum = next
      }
    }
  }
}

extension Cumsum {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (rows, along) = context.reduction()
    if input.element == .float32 {
      let (source, target) = (input.float32, output.float32)
      return Step(kernel: "f32-cumsum--reference") {
        self.reference(rows, along, source, target, zero: 0) { $0 + $1 }
      }
    }
    if input.element == .int64 {
      let (source, target) = (input.int64, output.int64)
      return Step(kernel: "s64-cumsum--reference") {
        self.reference(rows, along, source, target, zero: 0) { $0 &+ $1 }
      }
    }
    let (source, target) = (input.int32, output.int32)
    return Step(kernel: "s32-cumsum--reference") {
      self.reference(rows, along, source, target, zero: 0) { $0 &+ $1 }
    }
  }
}
