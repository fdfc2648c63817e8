package import OctetDiagnostics
import OctetIR
import OctetKernels

extension SpaceToBatchND {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let moved = try Self.walk(context, input.extents, output.extents)
      .step("space-to-batch-nd", .scatter, context)
    guard input.count != output.count else { return moved }
    var zero: UInt8 = 0
    if output.element == .int8 {
      zero = UInt8(bitPattern: Int8(clamping: try output.perTensor().zeroPoint))
    }
    let (bytes, byteCount) = (output.uint8, output.type.byteCount ?? 0)
    let fill = Work { [zero] _, _ in bytes.update(repeating: zero, count: byteCount) }
    return Step(kernel: moved.kernel, phases: [fill] + moved.phases)
  }

  /// The places of an image's pixels; inputs 1 and 2 are the block and its borders.
  fileprivate static func walk(
    _ context: PrepareContext, _ image: [Int], _ batch: [Int]
  ) throws(Diagnostic) -> IndexedWalk {
    if context.output.type.quantization != nil {
      try context.requireOneScale(besides: [1, 2])
    }
    let (block, borders) = (context.input(1), context.input(2))
    return try walk(
      image, batch, block: (0..<block.count).map { Int(block.int32[$0]) },
      before: (0..<block.count).map { Int(borders.int32[2 * $0]) })
  }
}

extension BatchToSpaceND {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try SpaceToBatchND.walk(context, context.output.extents, context.input(0).extents)
      .step("batch-to-space-nd", .gather, context)
  }
}
