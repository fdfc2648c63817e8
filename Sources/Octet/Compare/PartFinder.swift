import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

/// What lies between the paired tensors of two graphs, and what is to be said of each.
struct PartFinder {
  private let a: Graph
  private let b: Graph
  private let pairs: [TensorPairs.Pair]
  private let makersA: [Int?]
  private let makersB: [Int?]
  private let consumersB: [[Int]]
  private let cutsA: Set<ValueID>
  private let cutsB: Set<ValueID>
  /// By value of B, its place in `pairs`.
  private let indices: [ValueID: Int]

  init(_ a: Graph, _ b: Graph, _ pairs: [TensorPairs.Pair]) {
    (self.a, self.b, self.pairs) = (a, b, pairs)
    (makersA, makersB, consumersB) = (a.producers(), b.producers(), b.consumers())
    (cutsA, cutsB) = (Set(pairs.map { $0.a }), Set(pairs.map { $0.b }))
    indices = Dictionary(zip(pairs.map { $0.b }, 0...), uniquingKeysWith: { first, _ in first })
  }

  /// The nodes that make a value from `cuts`, in order.
  private static func part(
    _ graph: Graph, _ makers: [Int?], _ cuts: Set<ValueID>, of id: ValueID
  ) -> [Node] {
    var found: Set<Int> = []
    var open = [id]
    while let next = open.popLast() {
      guard let maker = makers[next.index], found.insert(maker).inserted else { continue }
      open += graph.nodes[maker].inputs.compactMap { $0 }.filter { !cuts.contains($0) }
    }
    return found.sorted().map { graph.nodes[$0] }
  }

  /// Whether the range of B's tensor was chosen for it, not taken from an operand or a specification.
  func hasOwnRange(_ index: Int) -> Bool {
    let id = pairs[index].b
    guard Codec(b[id].type) != nil else { return false }
    guard let maker = makersB[id.index] else { return true }
    guard case .int8(let rule) = b.nodes[maker].op.quantization else {
      return b.nodes[maker].isConversion
    }
    return rule.output == .calibrated
  }

  /// B's tensors of these pairs, and all that is made of them.
  func behind(_ indices: [Int]) -> Set<ValueID> {
    var result = Set(indices.map { pairs[$0].b })
    for node in b.nodes where node.inputs.contains(where: { $0.map(result.contains) ?? false }) {
      result.formUnion(node.outputs)
    }
    return result
  }

  /// What B's parts make, on the way to paired tensors too.
  var valuesOfB: Set<ValueID> {
    Set(pairs.flatMap { Self.part(b, makersB, cutsB, of: $0.b).flatMap { $0.outputs } })
  }

  /// The layers with weights of both, part by part.
  var layers: [LayerMatch] {
    pairs.compactMap { pair in
      LayerMatch(
        partA: Self.part(a, makersA, cutsA, of: pair.a),
        partB: Self.part(b, makersB, cutsB, of: pair.b))
    }
  }

  func finding(_ index: Int, _ run: ComparisonRun) -> ModelComparison.Tensor {
    let (pair, statistics) = (pairs[index], run.statistics[index])
    let maker = makersB[pair.b.index]
    let node = maker.map { b.nodes[$0] }
    let partA =
      node?.isConversion ?? false ? [] : Self.part(a, makersA, cutsA, of: pair.a)
    let partB = Self.part(b, makersB, cutsB, of: pair.b)
    /// Codes in another form hold what they are made of.
    func place(_ id: ValueID) -> Int? { indices[id] ?? run.converted[id].flatMap { indices[$0] } }
    let causes = TensorCauses(
      a, b, pair, statistics, partA: partA, partB: partB,
      readers: consumersB[pair.b.index].map { b.nodes[$0] },
      statisticsOf: { place($0).map { run.statistics[$0] } },
      mappingOf: { place($0).flatMap { run.mappings[$0] } },
      partnerOf: { run.partner[$0] })
    let (own, allowed) = (statistics.readNoise, causes.allowedNoise)
    let excess =
      statistics.unreal.own > 0
      ? .infinity : own > 0 ? own / max(allowed, .leastNormalMagnitude) : 0
    let low = min(statistics.low, statistics.high)
    return ModelComparison.Tensor(
      name: b[pair.b].name, nameInA: a[pair.a].name, index: maker, op: node?.op.name ?? "input",
      place: node?.location.source, type: b[pair.b].type.text,
      decibels: decibels(
        statistics.signal, statistics.unreal.b > statistics.unreal.a ? .infinity : statistics.noise),
      own: decibels(
        statistics.signal, statistics.unreal.own > 0 ? .infinity : statistics.ownNoise),
      inherited: decibels(
        statistics.signal, max(0, statistics.noise - statistics.ownNoise)),
      atOutputs: run.damage[index].map { decibels(1, $0) }, cosine: statistics.cosine,
      largest: statistics.largest, mean: statistics.meanError,
      errorInSteps: statistics.errorInSteps, overlap: statistics.overlap,
      saturation: statistics.saturation, codesUsed: statistics.codesUsed,
      deadChannels: statistics.deadChannels, data: low...max(low, statistics.high),
      range: statistics.range, excess: excess,
      causes: causes.found(excess: excess))
  }
}
