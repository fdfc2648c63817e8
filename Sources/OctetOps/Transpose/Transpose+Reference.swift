package import OctetDiagnostics
import OctetIR

extension Transpose {
  /// `walk` meets the elements of the input in the order of the result.
  static func reference<Element: BitwiseCopyable>(
    _ walk: StridedWalk, _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>
  ) {
    walk.forEach { position, offset in output[position] = input[offset] }
  }
}

extension Transpose {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, order, output) = (context.input(0), context.input(1), context.output)
    let walk = StridedWalk(
      input.extents, order: (0..<order.count).map { Int(order.int32[$0]) })
    switch input.element.byteCount {
    case 1: return step(walk, input, output, UInt8.self)
    case 2: return step(walk, input, output, UInt16.self)
    case 4: return step(walk, input, output, UInt32.self)
    case 8: return step(walk, input, output, UInt64.self)
    default: throw context.noKernel("\(input.element.name) cannot be transposed")
    }
  }

  private func step<Element: BitwiseCopyable>(
    _ walk: StridedWalk, _ input: TensorView, _ output: TensorView, _ type: Element.Type
  ) -> Step {
    let source = input.base.assumingMemoryBound(to: type)
    let target = output.base.assumingMemoryBound(to: type)
    return Step(kernel: "x\(8 * MemoryLayout<Element>.size)-transpose--reference") {
      Self.reference(walk, source, target)
    }
  }
}
