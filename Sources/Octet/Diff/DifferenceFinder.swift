/// Finds what differs between two models whose operators have been paired.
struct DifferenceFinder {
  private let match: StructureMatch
  private let sides: (a: UnpairedParts, b: UnpairedParts)

  init(_ match: StructureMatch) {
    self.match = match
    sides = (
      UnpairedParts(match.a, isPaired: match.partner.map { $0 != nil }),
      UnpairedParts(match.b, isPaired: match.reverse.map { $0 != nil })
    )
  }

  /// All differences: those of inputs, then in A's order, what only B has last.
  func differences() -> [Difference] {
    inputs() + changedParts() + unpairedLayers() + groups() + connections() + outputs()
  }

  // MARK: Ends

  private func inputs() -> [Difference] {
    var result: [Difference] = []
    func side(_ structure: ModelStructure, _ index: Int) -> Difference.Side {
      Difference.Side(
        name: structure.graph[structure.graph.inputs[index]].name, operators: [])
    }
    func type(_ structure: ModelStructure, _ index: Int) -> String {
      structure.graph[structure.graph.inputs[index]].type.text
    }
    for (index, other) in match.inputs.enumerated() {
      let mine = side(match.a, index)
      guard let other else {
        result.append(Difference(.input, mine, nil))
        continue
      }
      let (from, to) = (type(match.a, index), type(match.b, other))
      if from == to { continue }
      result.append(
        Difference(
          .input, mine, side(match.b, other), changes: [.init(what: "type", a: from, b: to)]))
    }
    let known = Set(match.inputs.compactMap { $0 })
    for index in match.b.graph.inputs.indices where !known.contains(index) {
      result.append(Difference(.input, nil, side(match.b, index)))
    }
    return result
  }

  /// Outputs that the other model has inside, or not at all, where no operator tells of it.
  private func outputs() -> [Difference] {
    let theirs = Set(match.b.outputs.map { $0.source })
    var mine: Set<ModelStructure.Source> = []
    var result: [Difference] = []
    for output in match.a.outputs {
      guard let mapped = match.mapped(output.source) else { continue }
      mine.insert(mapped)
      guard !theirs.contains(mapped), !sides.b.continues(after: mapped) else { continue }
      result.append(Difference(.output, Difference.Side(name: output.name, operators: []), nil))
    }
    let back = Dictionary(
      match.a.sources.compactMap { source in match.mapped(source).map { ($0, source) } }
    ) { first, _ in first }
    for output in match.b.outputs {
      guard !mine.contains(output.source), let source = back[output.source],
        !sides.a.continues(after: source)
      else { continue }
      result.append(Difference(.output, nil, Difference.Side(name: output.name, operators: [])))
    }
    return result
  }

  // MARK: Paired operators

  private func changedParts() -> [Difference] {
    var result: [Difference] = []
    for (index, other) in match.partner.enumerated() {
      guard let other, case let (mine, theirs) = (match.a.parts[index], match.b.parts[other]),
        mine.signature != theirs.signature
      else { continue }
      var changes: [Difference.Change] = []
      func add(_ what: String, _ a: String, _ b: String) {
        if a != b { changes.append(.init(what: what, a: a, b: b)) }
      }
      add("operator", mine.kind, theirs.kind)
      add(
        "filter", mine.weights.map { "\($0.extents)" } ?? "",
        theirs.weights.map { "\($0.extents)" } ?? "")
      let names = mine.properties.map { $0.name }
      for name in names + theirs.properties.map({ $0.name }).filter({ !names.contains($0) }) {
        func value(_ part: ModelStructure.Part) -> String {
          part.properties.first { $0.name == name }?.value ?? "none"
        }
        add(name, value(mine), value(theirs))
      }
      result.append(
        Difference(
          mine.weights == nil ? .operators : .layer, match.a.side([index]),
          match.b.side([other]), changes: changes, parts: ([index], [other])))
    }
    return result
  }

  /// Operators that read from other places, where nothing that was added or removed tells of it.
  private func connections() -> [Difference] {
    var result: [Difference] = []
    for (index, other) in match.partner.enumerated() {
      guard let other, let from = sides.a.origins(of: index), let to = sides.b.origins(of: other)
      else { continue }
      let mapped = from.map { $0 < 0 ? match.inputs[-1 - $0].map { -1 - $0 } : match.partner[$0] }
      let isOrdered = !match.a.parts[index].isCommutative
      let expected = mapped.compactMap { $0 }
      if isOrdered ? expected == to : expected.sorted() == to.sorted() { continue }
      result.append(
        Difference(
          .connection, match.a.side([index]), match.b.side([other]),
          changes: [
            .init(
              what: "reads", a: from.map(match.a.name).joined(separator: ", "),
              b: to.map(match.b.name).joined(separator: ", "))
          ], parts: ([index], [other])))
    }
    return result
  }

  // MARK: Operators of one model

  private func unpairedLayers() -> [Difference] {
    sides.a.layers.map { group in
      Difference(
        .layer, match.a.side(group.parts, from: group.sources), nil, parts: (group.parts, []))
    }
      + sides.b.layers.map { group in
        Difference(
          .layer, nil, match.b.side(group.parts, from: group.sources), parts: ([], group.parts))
      }
  }

  /// Groups in the same place make one difference.
  private func groups() -> [Difference] {
    var open = sides.b.groups
    var result: [Difference] = []
    for group in sides.a.groups {
      let place = Set(
        group.anchors.compactMap {
          $0 < 0 ? match.inputs[-1 - $0].map { -1 - $0 } : match.partner[$0]
        })
      let readers = Set(group.readers.compactMap { match.partner[$0] })
      let found = open.firstIndex { other in
        !place.isDisjoint(with: other.anchors)
          && (readers.isEmpty == other.readers.isEmpty)
          && (readers.isEmpty || !readers.isDisjoint(with: other.readers))
      }
      let mine = match.a.side(group.parts, from: group.sources)
      guard let found else {
        result.append(Difference(.operators, mine, nil, parts: (group.parts, [])))
        continue
      }
      let other = open.remove(at: found)
      let theirs = match.b.side(other.parts, from: other.sources)
      let (from, to) = (counts(mine.operators), counts(theirs.operators))
      // Operators of the same kinds were not paired because they read from other places.
      let change =
        from == to
        ? Difference.Change(
          what: "reads", a: mine.after.joined(separator: ", "),
          b: theirs.after.joined(separator: ", "))
        : Difference.Change(what: "operators", a: from, b: to)
      result.append(
        Difference(
          from == to ? .connection : .operators, mine, theirs, changes: [change],
          parts: (group.parts, other.parts)))
    }
    for group in open {
      result.append(
        Difference(
          .operators, nil, match.b.side(group.parts, from: group.sources), parts: ([], group.parts))
      )
    }
    return result
  }
}

extension ModelStructure {
  /// Every result that an operator makes.
  var sources: [Source] {
    var result = Set(parts.flatMap { $0.inputs })
    for output in outputs { result.insert(output.source) }
    for part in parts.indices { result.insert(.result(part: part, output: 0)) }
    return Array(result)
  }

  /// The name of a part, or of an input, which is -1, -2...
  func name(_ anchor: Int) -> String {
    anchor < 0 ? name(.input(-1 - anchor)) : parts[anchor].name
  }

  /// Parts for a report, the first of which names them.
  func side(_ members: [Int], from sources: [Source] = []) -> Difference.Side {
    let first = members.first.map { parts[$0] }
    return Difference.Side(
      name: first?.name ?? "", line: first?.places.first?.line,
      operators: members.map { parts[$0].kind }, filter: first?.weights?.extents,
      after: sources.map { name($0) })
  }
}

/// `2 logistic, exp`: how many there are of each, in the order in which they come.
func counts(_ kinds: [String]) -> String {
  var order: [String] = []
  var number: [String: Int] = [:]
  for kind in kinds {
    if number[kind] == nil { order.append(kind) }
    number[kind, default: 0] += 1
  }
  return order.map { kind in
    let count = number[kind] ?? 0
    return count == 1 ? kind : "\(count) \(kind)"
  }.joined(separator: ", ")
}
