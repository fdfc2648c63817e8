package import OctetDiagnostics
import OctetIR

extension Pad {
  /// Fills the output with `value`, then copies the input's rows into it.
  static func reference<Element: BitwiseCopyable>(
    _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>, _ rows: BoxRows,
    count: Int, value: Element
  ) {
    output.update(repeating: value, count: count)
    rows.forEach { source, target in
      (output + target).update(from: input + source, count: rows.width)
    }
  }
}

extension Pad {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.output.element {
    case .float32: return Self.step(context, "f32-pad", { $0.float32 }, value: { 0 })
    case .int16:
      _ = try context.output.perTensor()
      return Self.step(context, "x16-pad", { $0.int16 }, value: { 0 })
    case .uint8:
      let zeroPoint = UInt8(clamping: try context.output.perTensor().zeroPoint)
      return Self.step(context, "x8-pad", { $0.uint8 }, value: { zeroPoint })
    default:
      let zeroPoint = Int8(clamping: try context.output.perTensor().zeroPoint)
      return Self.step(context, "x8-pad", { $0.int8 }, value: { zeroPoint })
    }
  }

  /// - Parameter value: read at each run, since it may be computed.
  static func step<Element: BitwiseCopyable>(
    _ context: PrepareContext, _ name: String,
    _ pointer: (TensorView) -> UnsafeMutablePointer<Element>, value: @escaping () -> Element
  ) -> Step {
    let (input, paddings, output) = (context.input(0), context.input(1), context.output)
    let before = input.extents.indices.map { Int(paddings.int32[2 * $0]) }
    let rows = BoxRows(input.extents, in: output.extents, at: before)
    let (source, target, count) = (pointer(input), pointer(output), output.count)
    return Step(kernel: "\(name)--reference") {
      Self.reference(source, target, rows, count: count, value: value())
    }
  }
}

extension PadV2 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let value = context.input(2)
    switch context.output.element {
    case .float32:
      let pointer = value.float32
      return Pad.step(context, "f32-pad", { $0.float32 }, value: { pointer.pointee })
    case .int16:
      try context.requireOneScale(besides: [1])
      let pointer = value.int16
      return Pad.step(context, "x16-pad", { $0.int16 }, value: { pointer.pointee })
    default:
      try context.requireOneScale(besides: [1])
      let pointer = value.int8
      return Pad.step(context, "x8-pad", { $0.int8 }, value: { pointer.pointee })
    }
  }
}
