/// Which layer of one model is which of another. Names only decide between equals.
///
/// Layers with the same ways from the inputs and to the last layer are found first, then those with one of
/// the two, then those whose ways are alike in less and less; what is left is paired by the cheapest
/// sequence of changes, additions and removals.
struct LayerAlignment {
  private let a: LayerGraph
  private let b: LayerGraph
  /// For each layer of A its counterpart.
  private(set) var partner: [Int?]
  private var reverse: [Int?]

  /// Layers of each model that are paired by changes; time and memory grow with the square.
  static let mostChanged = 1024

  init(_ a: LayerGraph, _ b: LayerGraph) {
    self.a = a
    self.b = b
    partner = [Int?](repeating: nil, count: a.parts.count)
    reverse = [Int?](repeating: nil, count: b.parts.count)
    for likeness in LayerClasses.Likeness.allCases { pairAlike(likeness) }
    pairChanged()
  }

  private mutating func pair(_ layer: Int, _ other: Int) {
    partner[layer] = other
    reverse[other] = layer
  }

  // MARK: Equal layers

  private mutating func pairAlike(_ likeness: LayerClasses.Likeness) {
    var classes = LayerClasses(likeness)
    let (forwardA, forwardB) = (classes.forward(a), classes.forward(b))
    let (backwardA, backwardB) = (classes.backward(a), classes.backward(b))
    pairEqual(
      zip(forwardA, backwardA).map { [$0, $1] }, zip(forwardB, backwardB).map { [$0, $1] })
    // With less than the filter in common one way alone says little.
    guard likeness == .everything || likeness == .filter else { return }
    pairEqual(forwardA.map { [$0] }, forwardB.map { [$0] })
    pairEqual(backwardA.map { [$0] }, backwardB.map { [$0] }, fromEnd: true)
  }

  private mutating func pairEqual(_ keysA: [[Int]], _ keysB: [[Int]], fromEnd: Bool = false) {
    var open: [[Int]: [Int]] = [:]
    for other in b.indices where reverse[other] == nil {
      open[keysB[other], default: []].append(other)
    }
    let order = fromEnd ? Array(a.indices.reversed()) : Array(a.indices)
    for layer in order where partner[layer] == nil {
      guard let candidates = open[keysA[layer]], !candidates.isEmpty else { continue }
      let near = candidates.prefix(mostNeighbours)
      let scores = near.map { agreement(layer, $0) }
      guard let best = scores.indices.max(by: { (scores[$0], -$0) < (scores[$1], -$1) }) else {
        continue
      }
      pair(layer, candidates[best])
      open[keysA[layer]]?.remove(at: best)
    }
  }

  /// How many neighbours of two layers are counterparts; names count last.
  private func agreement(_ layer: Int, _ other: Int) -> Int {
    var count = 0
    for (mine, others) in [(a.before[layer], b.before[other]), (a.after[layer], b.after[other])] {
      for neighbour in mine.prefix(mostNeighbours) where neighbour >= 0 {
        if let found = partner[neighbour], others.contains(found) { count += 2 }
      }
    }
    return count + (a.part(layer).name == b.part(other).name ? 1 : 0)
  }

  // MARK: Changed layers

  private enum Step: UInt8 { case pair, removal, addition }

  private static let gap: Int32 = 8

  /// Needleman and Wunsch's alignment of what is left.
  private mutating func pairChanged() {
    let left = a.indices.filter { partner[$0] == nil }.prefix(Self.mostChanged)
    let right = b.indices.filter { reverse[$0] == nil }.prefix(Self.mostChanged)
    guard !left.isEmpty, !right.isEmpty else { return }
    let places = (
      NearestPairs(a, partner.map { $0 }),
      NearestPairs(b, reverse.indices.map { reverse[$0] == nil ? nil : $0 })
    )
    let width = right.count + 1
    var steps = [UInt8](repeating: Step.addition.rawValue, count: (left.count + 1) * width)
    var costs = (0..<width).map { Int32($0) * Self.gap }
    for (row, layer) in left.enumerated() {
      var diagonal = costs[0]
      costs[0] += Self.gap
      steps[(row + 1) * width] = Step.removal.rawValue
      for (column, other) in right.enumerated() {
        var (best, step) = (costs[column + 1] + Self.gap, Step.removal)
        if costs[column] + Self.gap < best { (best, step) = (costs[column] + Self.gap, .addition) }
        let nearness = places.0.nearness(layer, other, to: places.1)
        if nearness > .none, let change = cost(layer, other, nearness),
          diagonal + change <= best
        {
          (best, step) = (diagonal + change, .pair)
        }
        diagonal = costs[column + 1]
        costs[column + 1] = best
        steps[(row + 1) * width + column + 1] = step.rawValue
      }
    }
    var (row, column) = (left.count, right.count)
    while row > 0, column > 0 {
      switch Step(rawValue: steps[row * width + column]) {
      case .pair?:
        pair(left[row - 1], right[column - 1])
        (row, column) = (row - 1, column - 1)
      case .removal?: row -= 1
      case .addition?, nil: column -= 1
      }
    }
  }

  /// What it costs to call two layers the same one changed, to be compared with a removal and an addition; nil
  /// for layers that have too little in common.
  private func cost(_ layer: Int, _ other: Int, _ nearness: NearestPairs.Nearness) -> Int32? {
    let (mine, theirs) = (a.part(layer), b.part(other))
    guard mine.kind == theirs.kind else {
      return nearness == .samePlace ? 2 * Self.gap - 1 : nil
    }
    var cost: Int32 = mine.name == theirs.name ? 0 : 1
    let (from, to) = (mine.weights?.extents ?? [], theirs.weights?.extents ?? [])
    let apart = from.count == to.count ? zip(from, to).filter { $0 != $1 }.count : from.count
    if apart == from.count, nearness != .samePlace { return nil }
    cost += Int32(min(apart, 4)) * 2
    cost += Int32(min(4, Set(mine.properties).symmetricDifference(theirs.properties).count))
    return min(cost, 2 * Self.gap - 3)
  }
}

/// The nearest layers with a counterpart before and after each layer, as numbers of B's layers; inputs are -1.
private struct NearestPairs {
  private let before: [Set<Int>]
  private let after: [Set<Int>]

  init(_ layers: LayerGraph, _ known: [Int?]) {
    func collect(_ order: [Int], _ neighbours: [[Int]]) -> [Set<Int>] {
      var result = [Set<Int>](repeating: [], count: layers.parts.count)
      for layer in order {
        for neighbour in neighbours[layer].prefix(mostNeighbours) {
          if neighbour < 0 {
            result[layer].insert(-1)
          } else if let other = known[neighbour] {
            result[layer].insert(other)
          } else if result[layer].count < mostNeighbours {
            result[layer].formUnion(result[neighbour])
          }
        }
      }
      return result
    }
    before = collect(Array(layers.indices), layers.before)
    after = collect(layers.indices.reversed(), layers.after)
  }

  enum Nearness: Int, Comparable {
    case none
    /// They lie behind, or before, the same layer or input.
    case someShared
    /// They lie between the same layers.
    case samePlace

    static func < (left: Nearness, right: Nearness) -> Bool { left.rawValue < right.rawValue }
  }

  func nearness(_ layer: Int, _ other: Int, to theirs: NearestPairs) -> Nearness {
    let (mineBefore, theirsBefore) = (before[layer], theirs.before[other])
    let (mineAfter, theirsAfter) = (after[layer], theirs.after[other])
    if mineBefore == theirsBefore, mineAfter == theirsAfter,
      mineBefore.union(mineAfter).contains(where: { $0 >= 0 })
    {
      return .samePlace
    }
    let isShared =
      !mineBefore.isDisjoint(with: theirsBefore)
      || !mineAfter.isDisjoint(with: theirsAfter)
    return isShared ? .someShared : .none
  }
}
