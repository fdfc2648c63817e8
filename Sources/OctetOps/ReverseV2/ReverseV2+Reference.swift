extension ReverseV2 {
  /// Where the elements of the result lie in the input.
  static func walk(_ extents: [Int], isReversed: [Bool]) -> IndexedWalk {
    let strides = IndexedWalk.strides(extents)
    return IndexedWalk(
      extents.indices.map { axis in
        (0..<extents[axis]).map { index in
          (isReversed[axis] ? extents[axis] - 1 - index : index) * strides[axis]
        }
      })
  }
}
