extension SpaceToBatchND {
  /// Where the pixels of an image lie in the batch of smaller ones.
  ///
  /// - Parameters:
  ///   - image: the extents of the image, batch and channels included.
  ///   - batch: those of the batch.
  ///   - block: the extents of the block.
  ///   - before: pixels that the batch has before the image's first, for each spatial dimension.
  static func walk(_ image: [Int], _ batch: [Int], block: [Int], before: [Int]) -> IndexedWalk {
    let strides = IndexedWalk.strides(batch)
    var offsets = [(0..<image[0]).map { $0 * strides[0] }]
    // Images of the batch from one pixel of the block to the next.
    var distance = image[0] * block.reduce(1, *)
    for (axis, extent) in block.enumerated() {
      distance /= extent
      offsets.append(
        (0..<image[axis + 1]).map { index in
          let place = index + before[axis]
          return place % extent * distance * strides[0] + place / extent * strides[axis + 1]
        })
    }
    return IndexedWalk(offsets + [Array(0..<(image.last ?? 1))])
  }
}
