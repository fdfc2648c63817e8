extension SpaceToDepth {
  /// Where the pixels of an image of many pixels lie in the one of many channels.
  ///
  /// - Parameters:
  ///   - wide: the extents of the image of many pixels.
  ///   - deep: those of the image of many channels.
  static func walk(_ wide: [Int], _ deep: [Int], blockSize: Int) -> IndexedWalk {
    let strides = IndexedWalk.strides(deep)
    func offsets(_ axis: Int, within block: Int) -> [Int] {
      (0..<wide[axis]).map { index in
        index / blockSize * strides[axis] + index % blockSize * block
      }
    }
    return IndexedWalk([
      (0..<wide[0]).map { $0 * strides[0] },
      offsets(1, within: blockSize * wide[3]), offsets(2, within: wide[3]),
      Array(0..<wide[3]),
    ])
  }
}
