/// The layers of a model, with those that are next before and after them; operators between are left out.
struct LayerGraph {
  let structure: ModelStructure
  /// The layers' places in the structure, ordered by the length of the way from the inputs, then by filters:
  /// where a model branches, formats list the branches in different orders.
  let parts: [Int]
  /// For each layer the layers before it, and -1 for an input; ascending.
  let before: [[Int]]
  let after: [[Int]]

  init(_ structure: ModelStructure) {
    self.structure = structure
    var isLayer = [Bool](repeating: false, count: structure.parts.count)
    let layers = structure.layers
    for layer in layers { isLayer[layer] = true }
    let nearest = structure.before(isLayer)
    var depth = [Int](repeating: 0, count: structure.parts.count)
    for layer in layers {
      depth[layer] = 1 + (nearest[layer].filter { $0 >= 0 }.map { depth[$0] }.max() ?? 0)
    }
    let ordered = layers.sorted { left, right in
      if depth[left] != depth[right] { return depth[left] < depth[right] }
      let (mine, theirs) = (structure.extents(left), structure.extents(right))
      return mine == theirs ? left < right : mine.lexicographicallyPrecedes(theirs)
    }
    var place = [Int](repeating: -1, count: structure.parts.count)
    for (index, layer) in ordered.enumerated() { place[layer] = index }
    parts = ordered
    before = ordered.map { layer in
      Array(Set(nearest[layer].map { $0 < 0 ? -1 : place[$0] })).sorted()
    }
    var after = [[Int]](repeating: [], count: ordered.count)
    for (index, list) in before.enumerated() {
      for layer in list where layer >= 0 { after[layer].append(index) }
    }
    self.after = after
  }

  func part(_ layer: Int) -> ModelStructure.Part { structure.parts[parts[layer]] }

  var indices: Range<Int> { parts.indices }
}

extension ModelStructure {
  /// The extents of a layer's filter.
  fileprivate func extents(_ part: Int) -> [Int] { parts[part].weights?.extents ?? [] }
}

/// Numbers for what layers are made of, the same in both models of a comparison.
struct LayerClasses {
  /// What is compared of a layer, from everything to hardly anything.
  enum Likeness: CaseIterable {
    case everything
    /// The operator and its filter.
    case filter
    /// The operator and its window.
    case window
    /// The operator.
    case kind

    func text(_ part: ModelStructure.Part) -> String {
      let extents = part.weights?.extents ?? []
      return switch self {
      case .everything: part.signature
      case .filter: part.kind + "\(extents)"
      case .window: part.kind + "\(extents.dropFirst().dropLast())"
      case .kind: part.kind
      }
    }
  }

  private struct Key: Hashable {
    let text: String
    let neighbours: [Int]
  }

  private let likeness: Likeness
  private var known: [Key: Int] = [:]

  init(_ likeness: Likeness) { self.likeness = likeness }

  private mutating func number(_ part: ModelStructure.Part, _ neighbours: [Int]) -> Int {
    let key = Key(text: likeness.text(part), neighbours: neighbours.sorted())
    if let number = known[key] { return number }
    known[key] = known.count
    return known.count - 1
  }

  /// The same number for layers with the same layers before them, all the way from the inputs.
  mutating func forward(_ layers: LayerGraph) -> [Int] {
    var result = [Int](repeating: -1, count: layers.parts.count)
    for layer in layers.indices {
      result[layer] = number(
        layers.part(layer), layers.before[layer].map { $0 < 0 ? -1 : result[$0] })
    }
    return result
  }

  /// The same number for layers with the same layers after them, all the way to the last.
  mutating func backward(_ layers: LayerGraph) -> [Int] {
    var result = [Int](repeating: -1, count: layers.parts.count)
    for layer in layers.indices.reversed() {
      result[layer] = number(layers.part(layer), layers.after[layer].map { result[$0] })
    }
    return result
  }
}
