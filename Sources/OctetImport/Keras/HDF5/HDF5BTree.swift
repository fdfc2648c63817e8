import OctetDiagnostics

/// The leaves of a B-tree of version 1.
///
/// Source: HDF5 File Format Specification, III.A.1.
struct HDF5BTree {
  enum Kind {
    case group
    /// Of a dataset of this rank.
    case chunks(rank: Int)
  }

  /// The key before each child of a leaf; empty keys for groups, whose children come in order.
  private(set) var keys: [HDF5Cursor] = []
  /// The positions of what the leaves point to.
  private(set) var children: [Int] = []

  init(
    _ source: HDF5Source, at root: Int, _ kind: Kind, _ budget: HDF5Budget
  ) throws(Diagnostic) {
    let what = "a B-tree"
    let (type, keySize) =
      switch kind {
      case .group: (0, source.lengthSize)
      case .chunks(let rank): (1, 8 + 8 * (rank + 1))
      }
    // The next node is the last one; a node's children lie one level lower.
    var nodes: [(position: Int, level: Int?)] = [(root, nil)]
    while let (position, expectedLevel) = nodes.popLast() {
      var head = try source.cursor(at: position, 8 + 2 * source.addressSize, what, budget)
      try head.expect("TREE")
      guard try head.number(1) == type else { throw head.damaged("is of another kind") }
      let level = try head.number(1)
      guard expectedLevel == nil || level == expectedLevel else {
        throw head.damaged("has a node of a wrong level")
      }
      let count = try head.number(2)
      var cursor = try source.cursor(
        at: position + 8 + 2 * source.addressSize, count * (keySize + source.addressSize), what,
        budget)
      var below: [Int] = []
      for _ in 0..<count {
        let key = HDF5Cursor(source, try cursor.take(keySize), what)
        let child = try cursor.definedAddress()
        if level == 0 { keys.append(key) }
        below.append(child)
      }
      if level == 0 {
        children += below
      } else {
        nodes += below.reversed().map { ($0, level - 1) }
      }
    }
  }
}
