import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime

/// Runs two graphs and the parts between their paired tensors on the same samples.
///
/// A part of B is given the reference's numbers, rounded as B's tensors round them; the same part of the reference is given
/// what that rounding has left. So what is called B's own error is made by the part, and by nothing before it.
struct ComparisonRun {
  let pairs: [TensorPairs.Pair]
  private(set) var statistics: [PairStatistics]
  /// For each pair, how B's channels stand for A's; nil where they are A's.
  private(set) var mappings: [ChannelMapping?]
  /// For each pair, the part that noise has of the power of the outputs (`judged`) when the reference has the own error of this pair's
  /// tensor and no other; nil where it was not measured.
  private(set) var damage: [Double?]
  /// What a pair of outputs came to: the reference's and B's numbers, in the order of B's outputs.
  typealias Outputs = (a: [[Float]], b: [[Float]])

  private let a: Graph
  private let b: Graph
  private let whole: SampleLoop
  private let candidate: PreparedGraph
  private let partsA: Parts
  private let partsB: Parts
  /// By value of A: its place among the outputs of `whole`, and the step behind the one that makes it.
  private var places: [ValueID: (output: Int, next: Int)] = [:]
  /// What damage is looked for in: the outputs, of a final softmax or logistic what goes into it, since they hide errors of
  /// large numbers.
  private let judged: [ValueID]
  private let outputPairs: [(a: ValueID, b: ValueID)]
  /// By value of B: its counterpart, its place in `pairs`, and what it is converted from where a conversion makes it.
  private let partner: [ValueID: ValueID]
  private let indices: [ValueID: Int]
  private let converted: [ValueID: ValueID]

  /// The parts of a graph, and which of its values each of their inputs is given.
  private struct Parts {
    let prepared: PreparedGraph
    let sources: [ValueID]
    /// By value: its place among the outputs.
    let places: [ValueID: Int]

    init(
      _ graph: Graph, cuts: [ValueID], threads: Int, log: DiagnosticLog
    ) throws(DiagnosticFailure) {
      let parts = graph.isolated(at: cuts)
      sources = parts.inputs
      prepared = try PreparedGraph(parts.graph, threads: threads, log: log)
      places = Dictionary(uniqueKeysWithValues: zip(parts.graph.outputs, 0...))
    }

    func reals(_ id: ValueID) -> [Float]? { places[id].map { prepared.outputs[$0].reals() } }
  }

  /// Logs what cannot be run.
  init(
    _ a: Graph, _ b: Graph, _ pairs: TensorPairs, threads: Int, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    self.a = a
    self.b = b
    self.pairs = pairs.pairs
    partner = pairs.partner
    indices = Dictionary(
      zip(pairs.pairs.map { $0.b }, 0...), uniquingKeysWith: { first, _ in first })
    converted = Dictionary(
      b.nodes.filter { $0.isConversion }.compactMap { node in
        node.inputs[0].map { (node.outputs[0], $0) }
      }, uniquingKeysWith: { first, _ in first })
    let consumers = b.consumers()
    statistics = pairs.pairs.map { pair in
      let gains = consumers[pair.b.index].map { b.nodes[$0].int8Rule?.negativeGain ?? 1 }
      return PairStatistics(
        b[pair.b].type, negativeGain: b.outputs.contains(pair.b) ? 1 : gains.max() ?? 1)
    }
    damage = [Double?](repeating: nil, count: statistics.count)
    mappings = [ChannelMapping?](repeating: nil, count: statistics.count)
    let makers = a.producers()
    judged = a.outputs.map { id in
      guard let maker = makers[id.index].map({ a.nodes[$0] }),
        maker.op is Softmax || maker.op is Logistic
      else { return id }
      return maker.inputs[0] ?? id
    }
    outputPairs = b.outputs.enumerated().compactMap { place, id in
      (pairs.partner[id] ?? (place < a.outputs.count ? a.outputs[place] : nil)).map { ($0, id) }
    }
    // Tensors that are outputs are still there when the last step is done, so that a run can start anywhere.
    var (everything, steps): (Graph, [ValueID: Int]) = (a, [:])
    for input in a.inputs { steps[input] = 0 }
    for (index, node) in a.nodes.enumerated() {
      for output in node.outputs where TensorView.readable.contains(a[output].type.element) {
        steps[output] = index + 1
      }
    }
    everything.outputs += steps.keys.filter { !a.outputs.contains($0) }.sorted {
      $0.index < $1.index
    }
    whole = try SampleLoop(everything, threads: threads, observing: true, log: log)
    for (place, id) in everything.outputs.enumerated() {
      guard steps[id] != nil else { continue }
      // Constants that are dequantized when the graph is prepared take nodes away.
      let step = whole.prepared.graph.nodes.firstIndex { $0.outputs.contains(id) }
      places[id] = (place, step.map { $0 + 1 } ?? 0)
    }
    var observed = b
    observed.outputs += pairs.pairs.map { $0.b }.filter {
      !b.outputs.contains($0) && !b.inputs.contains($0)
    }
    candidate = try PreparedGraph(observed, threads: threads, log: log)
    partsA = try Parts(a, cuts: pairs.pairs.map { $0.a }, threads: threads, log: log)
    partsB = try Parts(b, cuts: pairs.pairs.map { $0.b }, threads: threads, log: log)
  }

  /// The part that noise has of an output's power, for one group of samples.
  private static func noise(_ wanted: [Float], _ found: [Float]) -> Double? {
    var (signal, noise) = (0.0, 0.0)
    for (x, y) in zip(wanted, found) where x.isFinite && y.isFinite {
      signal += Double(x) * Double(x)
      noise += Double(y - x) * Double(y - x)
    }
    return signal > 0 ? noise / signal : nil
  }

  /// Multiply-adds that measuring damage may take.
  private static let affordableMacs = 150_000_000_000

  // MARK: Running

  /// Finds out on some samples which of B's tensors have scaled channels. None has where the outputs are far from A's.
  mutating func findMappings(
    _ batches: [[Tensor]], log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    var fits = pairs.map { pair in
      let extents = b[pair.b].type.shape.extents ?? []
      return ChannelMappingFit(channels: extents.count > 1 ? max(extents.last ?? 1, 1) : 1)
    }
    var noise: [Double] = []
    for batch in batches {
      try forEachRun(of: batch, log) { reference, found in
        for (index, pair) in pairs.enumerated() {
          guard let x = reference[pair.a], let y = found[pair.b], x.count == y.count else {
            continue
          }
          fits[index].add(x, y)
        }
        for (first, second) in outputPairs {
          if let x = reference[first], let y = found[second] { noise += [Self.noise(x, y) ?? 0] }
        }
      }
    }
    guard noise.reduce(0, +) < 0.3 * Double(noise.count) else { return }
    let groups = sameChannels()
    for (index, pair) in pairs.enumerated()
    where !b.outputs.contains(pair.b) && !b.inputs.contains(pair.b) {
      let others = groups[index].filter { $0 != index }.map { fits[$0] }
        .filter { $0.channelCount == fits[index].channelCount }
      mappings[index] = fits[index].mapping(with: others)
    }
  }

  /// For each pair, all whose tensors have its channels: what operators without weights make of it, and it of them.
  private func sameChannels() -> [[Int]] {
    var neighbours: [ValueID: [ValueID]] = [:]
    for node in b.nodes where node.int8Rule?.weights == nil {
      let inputs = node.inputs.compactMap { $0 }.filter { b[$0].constant == nil }
      guard inputs.count == 1 else { continue }
      for output in node.outputs { neighbours[output, default: []] += inputs }
      neighbours[inputs[0], default: []] += node.outputs
    }
    var groups: [[Int]] = pairs.map { _ in [] }
    var seen: Set<ValueID> = []
    for pair in pairs where !seen.contains(pair.b) {
      var (group, open): ([Int], [ValueID]) = ([], [pair.b])
      while let next = open.popLast() {
        guard seen.insert(next).inserted else { continue }
        if let index = indices[next] { group.append(index) }
        open += neighbours[next] ?? []
      }
      for index in group { groups[index] = group }
    }
    return groups
  }

  /// Runs both graphs; `body` gets what their tensors hold.
  private func forEachRun(
    of batch: [Tensor], _ log: DiagnosticLog,
    _ body: (_ reference: [ValueID: [Float]], _ found: [ValueID: [Float]]) throws(DiagnosticFailure)
      -> Void
  ) throws(DiagnosticFailure) {
    let loop = whole
    try loop.forEachGroup(of: batch) { _ throws(DiagnosticFailure) in
      loop.prepared.invoke()
      try log.attempt { () throws(Diagnostic) in try loop.prepared.requireSoundRun() }
      let reference = places.mapValues { loop.prepared.outputs[$0.output].reals() }
      var found: [ValueID: [Float]] = [:]
      for (id, view) in zip(b.inputs, candidate.inputs) {
        feed(view, partner[id].flatMap { reference[$0] })
        found[id] = view.reals()
      }
      candidate.invoke()
      try log.attempt { () throws(Diagnostic) in try candidate.requireSoundRun() }
      for (id, view) in zip(candidate.graph.outputs, candidate.outputs) { found[id] = view.reals() }
      try body(reference, found)
    }
  }

  private func feed(_ view: TensorView, _ values: [Float]?) {
    guard let values, values.count == view.count else { return }
    values.withUnsafeBufferPointer { view.write($0) }
  }

  /// Adds samples: one float32 tensor [n, …] an input of A. `outputs` gets what each group of them came to.
  mutating func add(
    _ batch: [Tensor], log: DiagnosticLog, outputs: (Outputs) -> Void
  ) throws(DiagnosticFailure) {
    var runs: [(reference: [ValueID: [Float]], found: [ValueID: [Float]])] = []
    try forEachRun(of: batch, log) { runs.append(($0, $1)) }
    for run in runs { compare(run.reference, run.found, outputs) }
  }

  private mutating func compare(
    _ reference: [ValueID: [Float]], _ found: [ValueID: [Float]], _ outputs: (Outputs) -> Void
  ) {
    /// By value of B, the reference's numbers as B would have them.
    func wanted(_ index: Int) -> [Float]? {
      guard let values = reference[pairs[index].a] else { return nil }
      return mappings[index]?.applied(to: values) ?? values
    }
    /// What B's rounding leaves of the reference, by value of A.
    var rounded: [ValueID: [Float]] = [:]
    var given: [ValueID: [Float]] = [:]
    for (id, view) in zip(partsB.sources, partsB.prepared.inputs) {
      guard let index = indices[id] else { continue }
      feed(view, wanted(index))
      let values = view.reals()
      given[id] = values
      // Of several of B's tensors for one of A's, the last is what its layers read.
      rounded[pairs[index].a] = mappings[index]?.inverted(values) ?? values
    }
    for (id, view) in zip(partsA.sources, partsA.prepared.inputs) {
      feed(view, rounded[id] ?? reference[id])
    }
    partsB.prepared.invoke()
    partsA.prepared.invoke()
    var ownErrors: [Int: [Float]] = [:]
    for (index, pair) in pairs.enumerated() {
      guard let exact = wanted(index), let result = found[pair.b] else { continue }
      let mapping = mappings[index]
      let own: [Float]
      let expected: [Float]
      if let made = partsB.reals(pair.b) {
        own = made
        if let source = converted[pair.b] {
          expected = given[source] ?? exact
        } else {
          expected = partsA.reals(pair.a).map { mapping?.applied(to: $0) ?? $0 } ?? exact
        }
      } else {
        (own, expected) = (result, exact)
      }
      guard exact.count == result.count, own.count == expected.count, own.count == exact.count
      else { continue }
      statistics[index].add(a: exact, b: result, expected: expected, own: own)
      if damages.samples < damages.wanted {
        let errors = zip(own, expected).map { $0 - $1 }
        ownErrors[index] = mapping?.unscaled(errors) ?? errors
      }
    }
    let results = outputPairs.compactMap { pair in
      reference[pair.a].flatMap { first in found[pair.b].map { (first, $0) } }
    }
    if !ownErrors.isEmpty { addDamage(ownErrors, reference) }
    outputs((results.map { $0.0 }, results.map { $0.1 }))
  }

  // MARK: Damage

  private var damages = (samples: 0, wanted: 4, sums: [Int: Double]())

  /// Lets the reference go on from each tensor with B's own error in it.
  private mutating func addDamage(_ errors: [Int: [Float]], _ reference: [ValueID: [Float]]) {
    let prepared = whole.prepared
    let nodes = prepared.graph.nodes
    guard a.outputs.allSatisfy({ a[$0].type.element == .float32 }) else {
      damages.wanted = 0
      return
    }
    var macsFrom = [0]
    for node in nodes.reversed() {
      macsFrom.append(macsFrom[macsFrom.count - 1] + (node.macs(in: prepared.graph) ?? 0))
    }
    macsFrom.reverse()
    func next(_ index: Int) -> Int { places[pairs[index].a]?.next ?? nodes.count }
    let ranked = errors.keys.filter {
      statistics[$0].ownNoise > 0 && a[pairs[$0].a].type.element == .float32
    }.sorted { (ownRatio($0), $1) > (ownRatio($1), $0) }
    var left = Self.affordableMacs / damages.wanted
    var chosen: [Int] = []
    for index in ranked {
      left -= macsFrom[next(index)]
      if left < 0 && !chosen.isEmpty { break }
      chosen.append(index)
    }
    for index in chosen.sorted(by: { next($0) > next($1) }) {
      let id = pairs[index].a
      guard let view = places[id].map({ prepared.outputs[$0.output] }), let exact = reference[id],
        let error = errors[index],
        exact.count == view.count
      else { continue }
      for place in 0..<view.count { view.float32[place] = exact[place] + error[place] }
      prepared.invoke(from: next(index))
      var sum = 0.0
      for output in judged {
        if let wanted = reference[output], let place = places[output] {
          sum += Self.noise(wanted, prepared.outputs[place.output].reals()) ?? 0
        }
      }
      damages.sums[index, default: 0] += sum / Double(max(judged.count, 1))
      for place in 0..<view.count { view.float32[place] = exact[place] }
    }
    damages.samples += 1
    for (index, sum) in damages.sums { damage[index] = sum / Double(damages.samples) }
  }

  /// Own noise as a part of the tensor's power.
  func ownRatio(_ index: Int) -> Double {
    let statistics = statistics[index]
    if statistics.unreal.own > 0 { return .infinity }
    return statistics.signal > 0 ? statistics.ownNoise / statistics.signal : 0
  }
}

extension TensorView {
  /// All elements as real numbers, dequantized; none for types that are not `readable`.
  fileprivate func reals() -> [Float] { copy().realValues ?? [] }
}
