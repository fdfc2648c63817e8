package import OctetDiagnostics
import OctetIR

extension SpaceToDepth {
  /// Where the pixels of an image of many pixels lie in the one of many channels.
  ///
  /// - Parameters:
  ///   - wide: the extents of the image of many pixels.
  ///   - deep: those of the image of many channels.
  static func walk(
    _ wide: [Int], _ deep: [Int], blockSize: Int
  ) throws(Diagnostic) -> IndexedWalk {
    let strides = IndexedWalk.strides(deep)
    return try IndexedWalk(wide) { axis, index in
      guard axis == 1 || axis == 2 else { return index * strides[axis] }
      let distance = axis == 1 ? blockSize * wide[3] : wide[3]
      return index / blockSize * strides[axis] + index % blockSize * distance
    }
  }
}

extension SpaceToDepth {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.output.type.quantization != nil { try context.requireOneScale() }
    return try Self.walk(
      context.input(0).extents, context.output.extents, blockSize: blockSize
    ).step("space-to-depth", .scatter, context)
  }
}

extension DepthToSpace {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.output.type.quantization != nil { try context.requireOneScale() }
    return try SpaceToDepth.walk(
      context.output.extents, context.input(0).extents, blockSize: blockSize
    ).step("depth-to-space", .gather, context)
  }
}
