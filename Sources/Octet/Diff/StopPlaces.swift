import OctetDiagnostics

/// The nodes that a diagnostic names.
struct StopPlaces {
  let code: String
  private let own: Location?
  private var nodes: Set<String> = []

  init(_ diagnostic: Diagnostic) {
    code = diagnostic.code.id
    own = diagnostic.location
    if let node = diagnostic.location?.node { nodes.insert(node) }
    // Notes name the operators that suffer: 'scope/node' (Op).
    for note in diagnostic.notes where note.hasPrefix("'") {
      nodes.insert(String(note.dropFirst().prefix { $0 != "'" }))
    }
  }

  /// Whether the place is one of the nodes, or inside of one.
  func names(_ place: Location) -> Bool {
    guard let node = place.node else { return false }
    return nodes.contains(node) || nodes.contains { node.hasPrefix($0 + "/") }
  }

  /// Whether the place is in the name scope of one of the nodes.
  func sharesScope(_ place: Location) -> Bool {
    guard let node = place.node else { return false }
    return nodes.contains { name in
      guard let slash = name.lastIndex(of: "/") else { return false }
      return node.hasPrefix(name[...slash])
    }
  }

  /// The other model's name for the operator that the diagnostic is about.
  func counterpart(_ structure: ModelStructure, _ names: [String?]) -> String? {
    guard let node = own?.node else { return nil }
    for (index, part) in structure.parts.enumerated() {
      guard let name = names[index] else { continue }
      if part.places.contains(where: { $0.node == node }) { return name }
    }
    return nil
  }
}
