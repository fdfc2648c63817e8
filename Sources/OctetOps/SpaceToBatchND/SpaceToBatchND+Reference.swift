import OctetDiagnostics

extension SpaceToBatchND {
  /// Where the pixels of an image lie in the batch of smaller ones.
  ///
  /// - Parameters:
  ///   - image: the extents of the image, batch and channels included.
  ///   - batch: those of the batch.
  ///   - block: the extents of the block.
  ///   - before: pixels that the batch has before the image's first, for each spatial dimension.
  static func walk(
    _ image: [Int], _ batch: [Int], block: [Int], before: [Int]
  ) throws(Diagnostic) -> IndexedWalk {
    let strides = IndexedWalk.strides(batch)
    return try IndexedWalk(image) { axis, index in
      guard block.indices.contains(axis - 1) else { return index * strides[axis] }
      let place = index + before[axis - 1]
      // Images of the batch from one pixel of the block to the next.
      let distance = image[0] * block[axis...].reduce(1, *)
      return place % block[axis - 1] * distance * strides[0]
        + place / block[axis - 1] * strides[axis]
    }
  }
}
