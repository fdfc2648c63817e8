package import OctetDiagnostics
import OctetIR

extension ReverseV2 {
  /// Where the elements of the result lie in the input.
  static func walk(_ extents: [Int], isReversed: [Bool]) throws(Diagnostic) -> IndexedWalk {
    let strides = IndexedWalk.strides(extents)
    return try IndexedWalk(extents) { axis, index in
      (isReversed[axis] ? extents[axis] - 1 - index : index) * strides[axis]
    }
  }
}

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
