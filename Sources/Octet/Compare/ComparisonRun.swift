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
  let partner: [ValueID: ValueID]
  private let indices: [ValueID: Int]
  let converted: [ValueID: ValueID]
  private let areConverted: Set<ValueID>
  /// By value of B, its place among the outputs of `candidate`.
  private let candidatePlaces: [ValueID: Int]

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
    areConverted = Set(converted.values)
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
    candidatePlaces = Dictionary(
      zip(candidate.graph.outputs, 0...), uniquingKeysWith: { first, _ in first })
    partsA = try Parts(a, cuts: pairs.pairs.map { $0.a }, threads: threads, log: log)
    partsB = try Parts(b, cuts: pairs.pairs.map { $0.b }, threads: threads, log: log)
  }

  /// The part that noise has of an output's power, for one group of samples.
  private static func noise(_ wanted: [Float], _ found: [Float]) -> Double? {
    var (signal, noise) = (0.0, 0.0)
    for (x, y) in zip(wanted, found) where x.isFinite {
      signal += Double(x) * Double(x)
      noise += y.isFinite ? Double(y - x) * Double(y - x) : .infinity
    }
    return signal > 0 ? noise / signal : nil
  }

  /// Multiply-adds that measuring damage may take.
  private static let affordableMacs = 150_000_000_000

  // MARK: Running

  /// Finds out, on some samples where channels are shifted, which of B's tensors have changed channels.
  mutating func findMappings(
    _ samples: [[Tensor]], log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let finder = ChannelMappingFinder(a, b, PartFinder(a, b, pairs))
    let values = finder.values
    guard !values.isEmpty else { return }
    var sums: [ValueID: ChannelSums] = [:]
    for sample in samples {
      let (reference, inputs) = try run(on: sample, log)
      for pair in pairs where values.contains(pair.a) {
        guard let x = reference[pair.a], let y = found(pair.b, inputs), x.count == y.count else {
          continue
        }
        let channels = max(b[pair.b].type.shape.extents?.last ?? 1, 1)
        sums[pair.a, default: ChannelSums(channels: channels)].add(x, y)
      }
    }
    let found = finder.mappings(sums)
    mappings = pairs.map { found[$0.a] }
  }

  /// Runs both graphs on one sample.
  ///
  /// - Returns: what A's tensors hold, and B's inputs. B's other tensors are read where they are (`found`).
  private func run(
    on sample: [Tensor], _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (reference: [ValueID: [Float]], inputs: [ValueID: [Float]]) {
    try whole.forEachGroup(of: sample) { _ throws(DiagnosticFailure) in
      whole.prepared.invoke()
      try log.attempt { () throws(Diagnostic) in try whole.prepared.requireSoundRun() }
    }
    let reference = places.mapValues { whole.prepared.outputs[$0.output].reals() }
    var inputs: [ValueID: [Float]] = [:]
    for (id, view) in zip(b.inputs, candidate.inputs) {
      feed(view, partner[id].flatMap { reference[$0] })
      inputs[id] = view.reals()
    }
    candidate.invoke()
    try log.attempt { () throws(Diagnostic) in try candidate.requireSoundRun() }
    return (reference, inputs)
  }

  private func found(_ id: ValueID, _ inputs: [ValueID: [Float]]) -> [Float]? {
    candidatePlaces[id].map { candidate.outputs[$0].reals() } ?? inputs[id]
  }

  private func feed(_ view: TensorView, _ values: [Float]?) {
    guard let values, values.count == view.count else { return }
    values.withUnsafeBufferPointer { view.write($0) }
  }

  /// Adds a sample: one float32 tensor [1, …] an input of A. `outputs` gets what it came to.
  mutating func add(
    _ sample: [Tensor], log: DiagnosticLog, outputs: (Outputs) -> Void
  ) throws(DiagnosticFailure) {
    let (reference, inputs) = try run(on: sample, log)
    compare(reference, inputs, outputs)
  }

  private mutating func compare(
    _ reference: [ValueID: [Float]], _ inputs: [ValueID: [Float]], _ outputs: (Outputs) -> Void
  ) {
    /// By value of B, the reference's numbers as B would have them.
    func wanted(_ index: Int) -> [Float]? {
      guard let values = reference[pairs[index].a] else { return nil }
      return mappings[index]?.applied(to: values) ?? values
    }
    /// What conversions are given.
    var given: [ValueID: [Float]] = [:]
    /// By value of A, B's last input of a part that stands for it: what its layers read.
    var last: [ValueID: (view: TensorView, index: Int)] = [:]
    for (id, view) in zip(partsB.sources, partsB.prepared.inputs) {
      guard let index = indices[id] else { continue }
      feed(view, wanted(index))
      if areConverted.contains(id) { given[id] = view.reals() }
      last[pairs[index].a] = (view, index)
    }
    for (id, view) in zip(partsA.sources, partsA.prepared.inputs) {
      // What B's rounding leaves of the reference.
      let rounded = last[id].map { source in
        let values = source.view.reals()
        return mappings[source.index]?.inverted(values) ?? values
      }
      feed(view, rounded ?? reference[id])
    }
    partsB.prepared.invoke()
    partsA.prepared.invoke()
    var ownErrors: [Int: [Float]] = [:]
    for (index, pair) in pairs.enumerated() {
      guard let exact = wanted(index), let result = found(pair.b, inputs) else { continue }
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
      reference[pair.a].flatMap { first in found(pair.b, inputs).map { (first, $0) } }
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
