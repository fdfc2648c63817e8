package import OctetDiagnostics
import OctetIR

extension MirrorPad {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, paddings) = (context.input(0), context.input(1))
    if input.type.isQuantized { try context.requireOneScale(besides: [1]) }
    let before = input.extents.indices.map { Int(paddings.int32[2 * $0]) }
    return try walk(input.extents, context.output.extents, before: before)
      .step("mirror-pad", .gather, context)
  }
}
