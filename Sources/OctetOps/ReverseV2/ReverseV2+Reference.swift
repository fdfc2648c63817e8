import OctetDiagnostics

extension ReverseV2 {
  /// Where the elements of the result lie in the input.
  static func walk(_ extents: [Int], isReversed: [Bool]) throws(Diagnostic) -> IndexedWalk {
    let strides = IndexedWalk.strides(extents)
    return try IndexedWalk(extents) { axis, index in
      (isReversed[axis] ? extents[axis] - 1 - index : index) * strides[axis]
    }
  }
}
