/// Any number of tensors brought to one shape, as NumPy does: aligned at the end, an extent of 1 repeats.
/// `Broadcast` is the same for two.
struct BroadcastWalk {
  private let extents: [Int]
  /// For each dimension of the result the steps in elements of all operands; 0 where one repeats.
  private let steps: [[Int]]
  private let operands: Int

  /// - Precondition: the shapes broadcast to `extents`.
  init(_ operands: [[Int]], to extents: [Int]) {
    self.extents = extents
    self.operands = operands.count
    let rank = extents.count
    var steps = [[Int]](
      repeating: [Int](repeating: 0, count: operands.count), count: rank)
    for (operand, own) in operands.enumerated() {
      var stride = 1
      for axis in own.indices.reversed() {
        if own[axis] != 1 { steps[rank - own.count + axis][operand] = stride }
        stride *= own[axis]
      }
    }
    self.steps = steps
  }

  /// Calls `body` with the offset in each operand and the number of the element in the result.
  @inline(__always)
  func forEach(_ body: (_ offsets: UnsafeMutableBufferPointer<Int>, _ position: Int) -> Void) {
    let count = extents.reduce(1, *)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: extents.count + operands) { memory in
      memory.initialize(repeating: 0)
      let index = UnsafeMutableBufferPointer(rebasing: memory[operands...])
      let offsets = UnsafeMutableBufferPointer(rebasing: memory[..<operands])
      for position in 0..<count {
        body(offsets, position)
        var dimension = extents.count - 1
        while dimension >= 0 {
          index[dimension] += 1
          let isWithin = index[dimension] < extents[dimension]
          let turns = isWithin ? 1 : 1 - extents[dimension]
          for operand in 0..<operands { offsets[operand] += turns * steps[dimension][operand] }
          if isWithin { break }
          index[dimension] = 0
          dimension -= 1
        }
      }
    }
  }
}
