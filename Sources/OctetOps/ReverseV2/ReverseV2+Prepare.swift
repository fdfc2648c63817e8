package import OctetDiagnostics
import OctetIR

extension ReverseV2 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, axes) = (context.input(0), context.input(1))
    if input.type.isQuantized { try context.requireOneScale(besides: [1]) }
    let isReversed = isReduced(
      (0..<axes.count).map { Int(axes.int32[$0]) }, rank: input.extents.count)
    return try Self.walk(input.extents, isReversed: isReversed)
      .step("reverse-v2", .gather, context)
  }
}
