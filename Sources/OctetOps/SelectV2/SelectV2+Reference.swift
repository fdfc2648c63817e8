package import OctetDiagnostics
import OctetIR

extension SelectV2 {
  /// - Parameter walk: over the condition, the left operand and the right one.
  static func reference<Element: BitwiseCopyable>(
    _ walk: BroadcastWalk, _ condition: UnsafePointer<UInt8>, _ left: UnsafePointer<Element>,
    _ right: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>
  ) {
    walk.forEach { offsets, position in
      output[position] = condition[offsets[0]] != 0 ? left[offsets[1]] : right[offsets[2]]
    }
  }
}

extension SelectV2 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Self.step(context, condition: context.input(0).extents)
  }

  /// - Parameter condition: the extents that the condition broadcasts from.
  static func step(
    _ context: PrepareContext, condition: [Int]
  ) throws(Diagnostic) -> Step {
    if context.output.type.isQuantized { try context.requireOneScale(besides: [0]) }
    switch context.output.element {
    case .int8: return step(context, condition, UInt8.self)
    case .int16: return step(context, condition, UInt16.self)
    default: return step(context, condition, UInt32.self)
    }
  }

  private static func step<Element: BitwiseCopyable>(
    _ context: PrepareContext, _ extents: [Int], _ type: Element.Type
  ) -> Step {
    let inputs = [0, 1, 2].map { context.input($0) }
    let output = context.output
    let (condition, left, right) = (
      inputs[0].uint8, inputs[1].elements(type), inputs[2].elements(type)
    )
    let target = output.elements(type)
    let kernel = "x\(8 * MemoryLayout<Element>.size)-select--reference"
    let operands = [extents, inputs[1].extents, inputs[2].extents]
    if operands.allSatisfy({ $0 == output.extents }) {
      return Step(kernel: kernel, elements: output.count) { first, count in
        for i in first..<first + count { target[i] = condition[i] != 0 ? left[i] : right[i] }
      }
    }
    let walk = BroadcastWalk(operands, to: output.extents)
    return Step(kernel: kernel) { reference(walk, condition, left, right, target) }
  }
}
