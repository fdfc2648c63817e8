extension NonMaxSuppressionV4 {
  /// A box that may still be chosen.
  struct Candidate {
    var box: Int32
    var score: Float
    /// Chosen boxes that have lowered its score already.
    var compared: Int32

    /// Of like scores the earlier box is better.
    @inline(__always)
    func isBetter(than other: Candidate) -> Bool {
      score > other.score || score == other.score && box < other.box
    }
  }

  struct Limits {
    let overlap: Float
    let score: Float
    /// 0 leaves scores as they are.
    let sigma: Float
  }

  /// Chooses boxes and gives their number.
  ///
  /// Source: TFLite's `reference_ops::NonMaxSuppression`.
  ///
  /// - Parameters:
  ///   - heap: room for all boxes.
  ///   - scores: those of the chosen boxes, where they are wanted.
  static func reference(
    boxes: UnsafePointer<Float>, given: UnsafePointer<Float>, count: Int, most: Int,
    _ limits: Limits, heap: UnsafeMutablePointer<Candidate>, chosen: UnsafeMutablePointer<Int32>,
    scores: UnsafeMutablePointer<Float>?
  ) -> Int32 {
    var size = 0
    for box in 0..<count where given[box] > limits.score {
      heap[size] = Candidate(box: Int32(truncatingIfNeeded: box), score: given[box], compared: 0)
      size += 1
    }
    for root in (0..<size / 2).reversed() { sink(heap, root, size) }
    chosen.update(repeating: 0, count: most)
    scores?.update(repeating: 0, count: most)
    var found = 0
    while found < most, size > 0 {
      var next = heap[0]
      let before = next.score
      var isDropped = false
      for other in (Int(next.compared)..<found).reversed() {
        let share = overlap(boxes + 4 * Int(next.box), boxes + 4 * Int(chosen[other]))
        isDropped = share >= limits.overlap
        if isDropped { break }
        if limits.sigma > 0 {
          next.score *= RealFunctions.exp(-0.5 / limits.sigma * share * share)
        }
        if next.score <= limits.score { break }
      }
      if isDropped || next.score <= limits.score {
        size -= 1
        heap[0] = heap[size]
      } else if next.score == before {
        chosen[found] = next.box
        scores?[found] = next.score
        found += 1
        size -= 1
        heap[0] = heap[size]
      } else {
        next.compared = Int32(truncatingIfNeeded: found)
        heap[0] = next
      }
      sink(heap, 0, size)
    }
    return Int32(truncatingIfNeeded: found)
  }

  /// Moves what is at `root` down to its place in the heap, whose first place has the best.
  private static func sink(
    _ heap: UnsafeMutablePointer<Candidate>, _ root: Int, _ size: Int
  ) {
    var parent = root
    while 2 * parent + 1 < size {
      var child = 2 * parent + 1
      if child + 1 < size, heap[child + 1].isBetter(than: heap[child]) { child += 1 }
      guard heap[child].isBetter(than: heap[parent]) else { return }
      (heap[parent], heap[child]) = (heap[child], heap[parent])
      parent = child
    }
  }

  /// Intersection over union; 0 for a box without area.
  private static func overlap(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Float {
    func side(_ box: UnsafePointer<Float>, _ axis: Int) -> (low: Float, high: Float) {
      (min(box[axis], box[axis + 2]), max(box[axis], box[axis + 2]))
    }
    let (ay, ax, by, bx) = (side(a, 0), side(a, 1), side(b, 0), side(b, 1))
    let areas = ((ay.high - ay.low) * (ax.high - ax.low), (by.high - by.low) * (bx.high - bx.low))
    guard areas.0 > 0, areas.1 > 0 else { return 0 }
    let height = max(min(ay.high, by.high) - max(ay.low, by.low), 0)
    let width = max(min(ax.high, bx.high) - max(ax.low, bx.low), 0)
    return height * width / (areas.0 + areas.1 - height * width)
  }
}
