package import OctetDiagnostics
import OctetIR

extension Gather {
  /// A tensor that parts are taken of, in bytes.
  struct Source {
    let bytes: UnsafeRawPointer
    /// Bytes of a part.
    let partBytes: Int
    /// What each byte is of a part that does not exist.
    let zero: UInt8

    /// Writes the part at `place`, counted in parts, or zeros where there is none.
    @inline(__always)
    func copy(_ place: Int?, to target: UnsafeMutableRawPointer) {
      if let place {
        target.copyMemory(from: bytes + place * partBytes, byteCount: partBytes)
      } else {
        target.initializeMemory(as: UInt8.self, repeating: zero, count: partBytes)
      }
    }
  }

  /// The numbers of batches, of parts' outer places within a batch, of indices for each batch, and the extent that
  /// these choose from.
  struct Counts {
    let batches: Int
    let outer: Int
    let indices: Int
    let extent: Int
  }

  static func reference<Index: FixedWidthInteger>(
    _ source: Source, _ counts: Counts, _ indices: UnsafePointer<Index>,
    _ output: UnsafeMutableRawPointer
  ) {
    var target = output
    for row in 0..<counts.batches * counts.outer {
      let own = indices + row / counts.outer * counts.indices
      for index in 0..<counts.indices {
        let part = Int(truncatingIfNeeded: own[index])
        source.copy(
          (0..<counts.extent).contains(part) ? row * counts.extent + part : nil, to: target)
        target += source.partBytes
      }
    }
  }
}

extension GatherND {
  /// - Parameters:
  ///   - extents: those of the dimensions that a place has indices of.
  ///   - places: the number of places.
  static func reference<Index: FixedWidthInteger>(
    _ source: Gather.Source, _ extents: [Int], _ indices: UnsafePointer<Index>, places: Int,
    _ output: UnsafeMutableRawPointer
  ) {
    for place in 0..<places {
      source.copy(
        part(at: indices + place * extents.count, of: extents),
        to: output + place * source.partBytes)
    }
  }

  /// The number of the part that an index for each dimension names; nil where there is none.
  @inline(__always)
  static func part<Index: FixedWidthInteger>(
    at indices: UnsafePointer<Index>, of extents: [Int]
  ) -> Int? {
    var part = 0
    for (axis, extent) in extents.enumerated() {
      let index = Int(truncatingIfNeeded: indices[axis])
      guard (0..<extent).contains(index) else { return nil }
      part = part * extent + index
    }
    return part
  }
}

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
