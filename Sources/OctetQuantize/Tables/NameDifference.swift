import OctetDiagnostics

/// Tensors that a table and a graph do not both have.
struct NameDifference {
  /// Names that only the graph has, in its order.
  private(set) var missing: [String]
  /// Names that only the table has, in its order.
  private(set) var extra: [String]
  /// Names that may mean one tensor; they are in none of the lists above.
  private(set) var renamed: [(listed: String, own: String)] = []

  /// Names are compared only with this many, since that takes the square of their lengths.
  private static let comparisons = 1000

  /// - Parameters:
  ///   - listed: the table's names.
  ///   - own: those that the graph needs.
  ///   - known: further names of the graph, which a table may list.
  init(listed: [String], own: [String], known: [String] = []) {
    let (listedNames, ownNames) = (Set(listed), Set(own))
    let knownNames = ownNames.union(known)
    missing = own.filter { !listedNames.contains($0) }
    extra = listed.filter { !knownNames.contains($0) }
    pairByOrder(listed, own, listedNames.intersection(ownNames))
    pairByName()
  }

  /// As many names of the table as of the graph between the same two common names are taken for the same tensors.
  private mutating func pairByOrder(_ listed: [String], _ own: [String], _ common: Set<String>) {
    func gaps(_ names: [String], _ alone: Set<String>) -> [(ends: [String?], names: [String])] {
      var result: [(ends: [String?], names: [String])] = [([nil, nil], [])]
      for name in names {
        if alone.contains(name) { result[result.count - 1].names.append(name) }
        guard common.contains(name) else { continue }
        result[result.count - 1].ends[1] = name
        result.append(([name, nil], []))
      }
      return result
    }
    let listedGaps = Dictionary(
      gaps(listed, Set(extra)).map { ($0.ends, $0.names) }, uniquingKeysWith: { first, _ in first })
    for (ends, names) in gaps(own, Set(missing)) {
      guard let others = listedGaps[ends], others.count == names.count else { continue }
      renamed += zip(others, names).map { ($0, $1) }
    }
    removePairs()
  }

  private mutating func pairByName() {
    guard extra.count <= Self.comparisons else { return }
    var left = extra
    for name in missing.prefix(Self.comparisons) {
      guard let near = nearMatches(to: name, in: left).first else { continue }
      left.removeAll { $0 == near }
      renamed.append((near, name))
    }
    removePairs()
  }

  private mutating func removePairs() {
    let (listed, own) = (Set(renamed.map { $0.listed }), Set(renamed.map { $0.own }))
    missing.removeAll { own.contains($0) }
    extra.removeAll { listed.contains($0) }
  }

  /// What differs, for people, with at most 20 names of each kind.
  var notes: [String] {
    var notes = suggestions(for: { _ in true })
    if !missing.isEmpty {
      notes.append("only in the model: " + bounded(missing).joined(separator: ", "))
    }
    if !extra.isEmpty {
      notes.append("only in the table: " + bounded(extra).joined(separator: ", "))
    }
    return notes
  }

  /// Which of the table's names may be those of the model's tensors that are asked for.
  func suggestions(for isWanted: (String) -> Bool) -> [String] {
    bounded(
      renamed.filter { isWanted($0.own) }
        .map { "the table's '\($0.listed)' may be the model's '\($0.own)'" })
  }
}
