package import OctetDiagnostics
import OctetIR

extension Gather {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, indices, output) = (context.input(0), context.input(1), context.output)
    let (axis, batchDims) = try places(input.extents.count, indices.extents.count)
    let source = try Self.source(context, part: input.extents[(axis + 1)...].reduce(1, *))
    let counts = Counts(
      batches: input.extents[..<batchDims].reduce(1, *),
      outer: input.extents[batchDims..<axis].reduce(1, *),
      indices: indices.extents[batchDims...].reduce(1, *), extent: input.extents[axis])
    let (narrow, wide, target) = (indices.int32, indices.int64, output.base)
    let isWide = indices.element == .int64
    return Step(kernel: "x8-gather--reference") {
      if isWide {
        Self.reference(source, counts, wide, target)
      } else {
        Self.reference(source, counts, narrow, target)
      }
    }
  }

  /// Input 0 in parts of as many elements.
  fileprivate static func source(
    _ context: PrepareContext, part: Int
  ) throws(Diagnostic) -> Source {
    let input = context.input(0)
    var zero: UInt8 = 0
    if [.int8, .int16].contains(input.element), input.type.isQuantized {
      try context.requireOneScale(besides: [1])
      if input.element == .int8 {
        zero = UInt8(bitPattern: Int8(clamping: try input.perTensor().zeroPoint))
      }
    }
    return Source(bytes: input.base, partBytes: part * (input.element.byteCount ?? 1), zero: zero)
  }
}

extension GatherND {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, indices, output) = (context.input(0), context.input(1), context.output)
    let depth = indices.extents.last ?? 0
    let source = try Gather.source(context, part: input.extents[depth...].reduce(1, *))
    let extents = Array(input.extents[..<depth])
    let places = indices.extents.dropLast().reduce(1, *)
    let (narrow, wide, target) = (indices.int32, indices.int64, output.base)
    let isWide = indices.element == .int64
    return Step(kernel: "x8-gather-nd--reference") {
      if isWide {
        Self.reference(source, extents, wide, places: places, target)
      } else {
        Self.reference(source, extents, narrow, places: places, target)
      }
    }
  }
}
