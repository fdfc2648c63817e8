/// The operators of a model that the other one has not, in groups that hang together.
struct UnpairedParts {
  struct Group {
    /// Ascending.
    var parts: [Int]
    /// The paired operators, and inputs as -1, -2..., that it follows.
    var anchors: Set<Int>
    /// The paired operators that read from it.
    var readers: Set<Int>
    /// What it reads that is not of the group, without repetitions, four at most.
    var sources: [ModelStructure.Source] = []

    fileprivate mutating func add(_ source: ModelStructure.Source) {
      if sources.count < 4, !sources.contains(source) { sources.append(source) }
    }
  }

  private let structure: ModelStructure
  private let isPaired: [Bool]
  /// What these operators read.
  private let sources: Set<ModelStructure.Source>
  /// Operators with weights, each with the operators of one input that follow it alone.
  private(set) var layers: [Group] = []
  /// What else there is.
  private(set) var groups: [Group] = []

  init(_ structure: ModelStructure, isPaired: [Bool]) {
    self.structure = structure
    self.isPaired = isPaired
    sources = Set(
      structure.parts.indices.lazy.filter { !isPaired[$0] }.flatMap { structure.parts[$0].inputs })
    var isTaken = isPaired
    for layer in structure.layers where !isPaired[layer] {
      var members = [layer]
      isTaken[layer] = true
      var last = layer
      while structure.readers[last].count == 1, let next = structure.readers[last].first,
        !isTaken[next], structure.parts[next].inputs.count == 1,
        structure.parts[next].weights == nil
      {
        members.append(next)
        isTaken[next] = true
        last = next
      }
      var group = Group(parts: members, anchors: [], readers: [])
      for source in structure.parts[layer].inputs { group.add(source) }
      layers.append(group)
    }
    collect(isTaken)
  }

  /// Joins neighbours that are not taken.
  private mutating func collect(_ isTaken: [Bool]) {
    var root = Array(structure.parts.indices)
    func find(_ part: Int) -> Int {
      var part = part
      while root[part] != part {
        root[part] = root[root[part]]
        part = root[part]
      }
      return part
    }
    for (index, part) in structure.parts.enumerated() where !isTaken[index] {
      for case .result(let maker, _) in part.inputs where !isTaken[maker] {
        let (low, high) = (min(find(maker), find(index)), max(find(maker), find(index)))
        root[high] = low
      }
    }
    let (before, following) = (structure.before(isPaired), structure.after(isPaired))
    var place: [Int: Int] = [:]
    for index in structure.parts.indices where !isTaken[index] {
      let first = find(index)
      if place[first] == nil {
        place[first] = groups.count
        groups.append(Group(parts: [], anchors: [], readers: []))
      }
      guard let group = place[first] else { continue }
      groups[group].parts.append(index)
      groups[group].anchors.formUnion(before[index])
      groups[group].readers.formUnion(following[index])
      for source in structure.parts[index].inputs {
        if case .result(let maker, _) = source, !isTaken[maker] { continue }
        groups[group].add(source)
      }
    }
  }

  /// Whether operators that the other model has not read what `source` gives.
  func continues(after source: ModelStructure.Source) -> Bool { sources.contains(source) }

  /// For each thing that an operator reads, where that comes from: past operators that the other model has not,
  /// a paired operator or an input (-1, -2...). Nil where several things come together on the way, which
  /// is a difference of its own.
  func origins(of part: Int) -> [Int]? {
    var result: [Int] = []
    for source in structure.parts[part].inputs {
      var source = source
      while case .result(let maker, _) = source, !isPaired[maker] {
        guard structure.parts[maker].inputs.count == 1 else { return nil }
        source = structure.parts[maker].inputs[0]
      }
      switch source {
      case .input(let index): result.append(-1 - index)
      case .result(let maker, _): result.append(maker)
      }
    }
    return result
  }
}
