import OctetDiagnostics

extension ModelDiff {
  /// Tells for each diagnostic what the other model has there, and marks the differences it is about.
  mutating func explainStops(_ match: StructureMatch) {
    let partners = (
      match.partner.map { $0.map { match.b.parts[$0].name } },
      match.reverse.map { $0.map { match.a.parts[$0].name } }
    )
    for index in a.stops.indices {
      let place = StopPlaces(a.stops[index].diagnostic)
      a.stops[index].counterpart = place.counterpart(match.a, partners.0)
      mark(place) { difference in difference.parts.a.map { match.a.parts[$0] } }
    }
    for index in b.stops.indices {
      let place = StopPlaces(b.stops[index].diagnostic)
      b.stops[index].counterpart = place.counterpart(match.b, partners.1)
      mark(place) { difference in difference.parts.b.map { match.b.parts[$0] } }
    }
  }

  /// Marks the differences that lie where a diagnostic is about, at least in its name scope.
  private mutating func mark(
    _ place: StopPlaces, _ parts: (Difference) -> [ModelStructure.Part]
  ) {
    for test in [StopPlaces.names, StopPlaces.sharesScope] {
      let found = differences.indices.filter { index in
        parts(differences[index]).contains { part in
          part.places.contains { test(place)($0) }
        }
      }
      for index in found where !differences[index].stops.contains(place.code) {
        differences[index].stops.append(place.code)
      }
      if !found.isEmpty { return }
    }
  }

  /// What was left out to make a model convert is something that it has and the other has not; and of what
  /// comes after it in the other model nothing is known.
  mutating func addCuts(_ match: StructureMatch) {
    if a.cuts.map({ $0.name }) == b.cuts.map({ $0.name }) { return }
    let beyond = (
      match.a.reached(from: match.b.endAnchors(b.cuts, match.reverse), match.reverse),
      match.b.reached(from: match.a.endAnchors(a.cuts, match.partner), match.partner)
    )
    for index in differences.indices {
      let difference = differences[index]
      let isReplaced = difference.changes.first?.what == "operators"
      if difference.b == nil || isReplaced, !difference.parts.a.isEmpty {
        differences[index].isUncertain = difference.parts.a.allSatisfy { beyond.0[$0] }
      }
      if difference.a == nil || isReplaced, !difference.parts.b.isEmpty,
        difference.parts.b.allSatisfy({ beyond.1[$0] })
      {
        differences[index].isUncertain = true
      }
    }
    for (model, isA) in [(a, true), (b, false)] {
      for cut in model.cuts {
        let side = Difference.Side(
          name: cut.name, operators: [], after: cut.isEnd ? [cut.name] : [])
        var difference = Difference(.part, isA ? side : nil, isA ? nil : side)
        for stop in model.stops where !difference.stops.contains(stop.diagnostic.code.id) {
          difference.stops.append(stop.diagnostic.code.id)
        }
        differences.append(difference)
      }
    }
  }
}

extension ModelStructure {
  /// The parts with a counterpart that are the last before where a model was cut off.
  fileprivate func endAnchors(
    _ cuts: [(name: String, isEnd: Bool)], _ known: [Int?]
  ) -> Set<Int> {
    let isKnown = known.map { $0 != nil }
    let nearest = before(isKnown)
    var result: Set<Int> = []
    for cut in cuts where cut.isEnd {
      for output in outputs where output.name == cut.name {
        guard case .result(let part, _) = output.source else { continue }
        result.formUnion(isKnown[part] ? [part] : nearest[part].filter { $0 >= 0 })
      }
    }
    return result
  }

  /// For each part, whether it comes after a counterpart of one of the other model's parts.
  fileprivate func reached(from theirs: Set<Int>, _ counterparts: [Int?]) -> [Bool] {
    let starts = Set(theirs.compactMap { counterparts[$0] })
    var result = [Bool](repeating: false, count: parts.count)
    for (index, part) in parts.enumerated() {
      result[index] = part.inputs.contains { source in
        guard case .result(let maker, _) = source else { return false }
        return result[maker] || starts.contains(maker)
      }
    }
    return result
  }
}
