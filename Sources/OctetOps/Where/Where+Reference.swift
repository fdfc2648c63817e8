package import OctetDiagnostics
import OctetIR

extension Where {
  /// - Parameters:
  ///   - walk: over all elements in order.
  ///   - output: room for the places that there are.
  @inline(__always)
  static func reference<Number: Numeric>(
    _ walk: StridedWalk, _ extents: [Int], _ input: UnsafePointer<Number>,
    _ output: UnsafeMutablePointer<Int64>
  ) {
    var row = output
    walk.forEach { position, _ in
      guard input[position] != 0 else { return }
      var rest = position
      for axis in extents.indices.reversed() {
        row[axis] = Int64(rest % extents[axis])
        rest /= extents[axis]
      }
      row += extents.count
    }
  }
}

extension Where {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .float32: step(context, Float.self, "f32")
    case .int32: step(context, Int32.self, "s32")
    case .int64: step(context, Int64.self, "s64")
    default: step(context, UInt8.self, "x8")
    }
  }

  private func step<Number: Numeric & BitwiseCopyable>(
    _ context: PrepareContext, _ type: Number.Type, _ name: String
  ) -> Step {
    let (input, output) = (context.input(0), context.output)
    let walk = StridedWalk(input.extents, order: Array(input.extents.indices))
    return Step(kernel: "\(name)-where--reference") {
      Self.reference(walk, input.extents, input.elements(Number.self), output.int64)
    }
  }
}
