/// Which operator of one model is which of another: the layers as `LayerAlignment` has paired them, and what
/// lies between them by dataflow.
struct StructureMatch {
  let a: ModelStructure
  let b: ModelStructure
  /// For each part of A its counterpart.
  private(set) var partner: [Int?]
  /// For each part of B its counterpart.
  private(set) var reverse: [Int?]
  /// For each input of A its counterpart.
  private(set) var inputs: [Int?]

  init(_ a: ModelStructure, _ b: ModelStructure) {
    self.a = a
    self.b = b
    partner = [Int?](repeating: nil, count: a.parts.count)
    reverse = [Int?](repeating: nil, count: b.parts.count)
    inputs = Self.pairedInputs(a, b)
    let (layersA, layersB) = (LayerGraph(a), LayerGraph(b))
    let alignment = LayerAlignment(layersA, layersB)
    for layer in layersA.indices {
      if let other = alignment.partner[layer] { pair(layersA.parts[layer], layersB.parts[other]) }
    }
    // What one step has paired lets the next find more.
    for _ in 0..<2 {
      pairForward(exactly: true)
      pairBackward(exactly: true)
      pairForward(exactly: false)
      pairBackward(exactly: false)
    }
  }

  /// Inputs of the same shape first, in order, then the rest.
  private static func pairedInputs(_ a: ModelStructure, _ b: ModelStructure) -> [Int?] {
    var result = [Int?](repeating: nil, count: a.graph.inputs.count)
    var open = Array(b.graph.inputs.indices)
    for isExact in [true, false] {
      for (index, input) in a.graph.inputs.enumerated() where result[index] == nil {
        let shape = a.graph[input].type.shape
        guard
          let found = open.firstIndex(where: {
            !isExact || b.graph[b.graph.inputs[$0]].type.shape == shape
          })
        else { continue }
        result[index] = open.remove(at: found)
      }
    }
    return result
  }

  private mutating func pair(_ part: Int, _ other: Int) {
    partner[part] = other
    reverse[other] = part
  }

  /// The same source in B.
  func mapped(_ source: ModelStructure.Source) -> ModelStructure.Source? {
    switch source {
    case .input(let index): inputs[index].map { .input($0) }
    case .result(let part, let output): partner[part].map { .result(part: $0, output: output) }
    }
  }

  // MARK: Operators without weights

  private struct Key: Hashable {
    let what: String
    let inputs: [ModelStructure.Source]
  }

  private static func key(
    _ part: ModelStructure.Part, _ inputs: [ModelStructure.Source], exactly: Bool
  ) -> Key {
    func isBefore(_ left: ModelStructure.Source, _ right: ModelStructure.Source) -> Bool {
      switch (left, right) {
      case (.input(let i), .input(let j)): i < j
      case (.input, .result): true
      case (.result, .input): false
      case (.result(let i, let m), .result(let j, let n)): (i, m) < (j, n)
      }
    }
    return Key(
      what: exactly ? part.signature : part.kind,
      inputs: part.isCommutative ? inputs.sorted(by: isBefore) : inputs)
  }

  /// Pairs operators that read the same.
  private mutating func pairForward(exactly: Bool) {
    var open: [Key: [Int]] = [:]
    for (index, part) in b.parts.enumerated().reversed()
    where reverse[index] == nil && part.weights == nil {
      open[Self.key(part, part.inputs, exactly: exactly), default: []].append(index)
    }
    for (index, part) in a.parts.enumerated() where partner[index] == nil && part.weights == nil {
      let inputs = part.inputs.compactMap(mapped)
      guard inputs.count == part.inputs.count else { continue }
      if let other = open[Self.key(part, inputs, exactly: exactly)]?.popLast() {
        pair(index, other)
      }
    }
  }

  /// Pairs operators that are read by the same.
  private mutating func pairBackward(exactly: Bool) {
    for reader in a.parts.indices.reversed() {
      guard let other = partner[reader] else { continue }
      let theirs = b.parts[other].inputs
      for (position, source) in a.parts[reader].inputs.enumerated() {
        guard case .result(let part, let output) = source, partner[part] == nil,
          a.parts[part].weights == nil, position < theirs.count
        else { continue }
        let places = a.parts[reader].isCommutative ? Array(theirs.indices) : [position]
        for place in places {
          guard case .result(let candidate, output) = theirs[place], reverse[candidate] == nil,
            b.parts[candidate].weights == nil, agree(part, candidate, exactly)
          else { continue }
          pair(part, candidate)
          break
        }
      }
    }
  }

  private func agree(_ part: Int, _ other: Int, _ exactly: Bool) -> Bool {
    let (mine, theirs) = (a.parts[part], b.parts[other])
    return exactly ? mine.signature == theirs.signature : mine.kind == theirs.kind
  }
}
