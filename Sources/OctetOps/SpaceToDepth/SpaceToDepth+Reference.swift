import OctetDiagnostics

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
