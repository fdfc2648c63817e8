extension DynamicUpdateSlice {
  /// The number of the box's first element in the whole tensor.
  ///
  /// - Parameters:
  ///   - room: how far the box can be moved along each dimension.
  ///   - steps: elements from one index of each dimension to the next.
  static func place<Index: FixedWidthInteger>(
    of start: UnsafePointer<Index>, _ room: [Int], _ steps: [Int]
  ) -> Int {
    var place = 0
    for axis in room.indices {
      place += max(0, min(Int(truncatingIfNeeded: start[axis]), room[axis])) * steps[axis]
    }
    return place
  }

  /// Copies the box's rows to where it begins; elements have `byteCount` bytes.
  static func reference(
    _ update: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ rows: BoxRows,
    from first: Int, byteCount: Int
  ) {
    rows.forEach { box, whole in
      (output + (first + whole) * byteCount).copyMemory(
        from: update + box * byteCount, byteCount: rows.width * byteCount)
    }
  }
}
