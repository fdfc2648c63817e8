package import OctetDiagnostics
package import OctetIR
import OctetOps
import OctetRuntime

/// How much is done so that a quantized model loses less.
public enum Optimization: String, Sendable, CaseIterable {
  /// Scales follow from the ranges, weights and biases from the float ones.
  case none
  /// What takes seconds: biases, channels scaled to share codes, cheap layers rounded once instead of twice, a detector's
  /// heads in int16.
  case fast
  /// What takes minutes: more such layers, and the rounding of weights.
  case best
}

/// Tries what brings a quantized model nearer to the float one, and keeps what does so on samples that it was not
/// fitted to.
package struct Optimizer {
  /// What came of one thing that was tried.
  package struct Trial: Sendable {
    package let text: String
    /// Of the outputs on the held-back samples, with it.
    package let decibels: Double
    package let isKept: Bool

    package init(text: String, decibels: Double, isKept: Bool) {
      self.text = text
      self.decibels = decibels
      self.isKept = isKept
    }
  }

  package struct Result: Sendable {
    package let graph: Graph
    /// The ratio of signal to noise in dB, averaged over the outputs of the held-back samples.
    package var before: Double
    package let heldCount: Int
    package var trials: [Trial]
    package var after: Double { trials.last { $0.isKept }?.decibels ?? before }
  }

  private let float: Graph
  private let fit: [Tensor]
  private let held: OutputFidelity
  private let quantize: (Graph, CalibrationTable) throws(DiagnosticFailure) -> Graph
  private let calibrate: ((Graph) throws(DiagnosticFailure) -> CalibrationTable)?
  private let threads: Int
  private let log: DiagnosticLog
  private let progress: (String) -> Void

  /// The part of a model's multiplications, and of its weights, that split layers may add.
  private static let mostAdded: [Optimization: Double] = [.fast: 0.04, .best: 0.25]
  /// A gain in dB that pays for a layer's multiplications a second time.
  private static let worthSplitting = 0.1
  /// A gain in dB that pays for the room that scaled channels lose, which other data than the samples may need.
  private static let worthScaling = 0.5
  /// Of the noise of all layers that could be split: less is not worth an operator.
  private static let leastShare = 0.003
  /// What measuring that noise may take.
  private static let probedMACs = 100_000_000_000

  /// - Parameters:
  ///   - fit: what is measured to change weights and biases; one float32 tensor [n, …] an input.
  ///   - held: how near the float graph's outputs are, on other samples: what each change is judged by.
  ///   - quantize: makes the quantized form of a float graph.
  ///   - calibrate: measures the ranges of a changed float graph; nil where they are given.
  package init(
    _ float: Graph, fit: [Tensor], held: OutputFidelity, threads: Int, log: DiagnosticLog,
    quantize: @escaping (Graph, CalibrationTable) throws(DiagnosticFailure) -> Graph,
    calibrate: ((Graph) throws(DiagnosticFailure) -> CalibrationTable)?,
    progress: @escaping (String) -> Void
  ) {
    self.float = float
    self.fit = fit
    self.held = held
    self.threads = threads
    self.log = log
    self.quantize = quantize
    self.calibrate = calibrate
    self.progress = progress
  }

  package func run(
    _ table: CalibrationTable, _ level: Optimization
  ) throws(DiagnosticFailure) -> Result {
    var state = try state(float, table, correctsBiases: false)
    let before = state.decibels
    try removeDeadChannels(&state)
    try tryBiases(&state)
    try tryOffsets(&state)
    try tryEqualization(&state)
    if try trySplits(&state, Self.mostAdded[level] ?? 0) { try tryEqualization(&state) }
    if level == .best { try tryRounding(&state) }
    return Result(
      graph: state.graph, before: before, heldCount: held.sampleCount, trials: state.trials)
  }

  /// The best so far: the float graph in the form that is quantized, and what came of it.
  private struct State {
    let float: Graph
    let table: CalibrationTable
    var refinement: Refinement
    var graph: Graph
    var decibels: Double
    var correctsBiases: Bool
    /// The results of layers that are split.
    let splits: [String]
    var trials: [Trial] = []

    /// Takes another graph if it is better.
    mutating func offer(_ graph: Graph, _ decibels: Double, _ text: String) -> Bool {
      let isKept = decibels > self.decibels
      trials.append(Trial(text: text, decibels: decibels, isKept: isKept))
      if isKept { (self.graph, self.decibels) = (graph, decibels) }
      return isKept
    }

    /// Notes what came of another float graph, and becomes it when it is kept.
    mutating func take(_ next: State, _ text: String, isKept: Bool) {
      let trial = Trial(text: text, decibels: next.decibels, isKept: isKept)
      let trials = trials + [trial]
      if isKept { self = next }
      self.trials = trials
    }
  }

  /// A float graph as it is quantized, with nothing else done but perhaps its biases corrected.
  ///
  /// - Parameter splits: the results of its layers that are split, whose halves get their scales.
  private func state(
    _ float: Graph, _ table: CalibrationTable, correctsBiases: Bool, splits: [String] = []
  ) throws(DiagnosticFailure) -> State {
    var table = table
    for result in splits { SignSplit.setRanges(of: result, in: &table) }
    var graph = try quantize(float, table)
    var refinement = Refinement(
      of: graph, madeFrom: float, samples: fit, threads: threads, log: log)
    if correctsBiases {
      graph = try refinement.refined(roundsWeights: false, correctsBiases: true)
    }
    return State(
      float: float, table: table, refinement: refinement, graph: graph,
      decibels: try held.decibels(of: graph, log: log), correctsBiases: correctsBiases,
      splits: splits)
  }

  /// Computes the same as before, so it needs no gain.
  private func removeDeadChannels(_ state: inout State) throws(DiagnosticFailure) {
    guard let (graph, channels, layers) = DeadChannels.removed(from: state.float) else { return }
    progress("dead channels")
    let next = try self.state(
      graph, try calibrate?(graph) ?? state.table, correctsBiases: state.correctsBiases)
    state.take(
      next,
      "\(counted(channels, "channel")) of \(counted(layers, "layer")) removed that \(channels == 1 ? "tells" : "tell") nothing",
      isKept: true)
  }

  private func tryOffsets(_ state: inout State) throws(DiagnosticFailure) {
    guard let calibrate else { return }
    progress("channels moved")
    guard
      let (graph, groups) = try ChannelOffsets.applied(
        to: state.float, samples: fit, threads: threads, log: log)
    else { return }
    let next = try self.state(
      graph, try calibrate(graph), correctsBiases: state.correctsBiases)
    state.take(
      next, "channels of \(counted(groups, "tensor group")) moved to where the codes are",
      isKept: next.decibels > state.decibels)
  }

  private func tryEqualization(_ state: inout State) throws(DiagnosticFailure) {
    guard let calibrate else { return }
    progress("channels scaled")
    guard
      let (graph, groups) = try ChannelEqualization.applied(
        to: state.float, samples: fit, threads: threads, log: log)
    else { return }
    let next = try self.state(
      graph, try calibrate(graph), correctsBiases: state.correctsBiases, splits: state.splits)
    state.take(
      next, "channels of \(counted(groups, "tensor group")) scaled to share their codes",
      isKept: next.decibels >= state.decibels + Self.worthScaling)
  }

  private func tryBiases(_ state: inout State) throws(DiagnosticFailure) {
    progress("biases")
    let graph = try state.refinement.refined(roundsWeights: false, correctsBiases: true)
    let decibels = try held.decibels(of: graph, log: log)
    state.correctsBiases = state.offer(graph, decibels, "biases corrected")
  }

  /// Whether layers are split now.
  private func trySplits(_ state: inout State, _ most: Double) throws(DiagnosticFailure) -> Bool {
    let chosen = affordableSplits(state, most)
    if chosen.isEmpty { return false }
    progress("\(counted(chosen.count, "layer")) rounded once")
    var float = state.float
    let ids = ids(in: float)
    let statistics = try ChannelStatistics.measured(
      Set(chosen.compactMap { ids[$0.result] }), of: float, samples: fit, threads: threads, log: log
    )
    for candidate in chosen {
      let result = candidate.result
      float = try log.attempt { () throws(Diagnostic) in
        try SignSplit.applied(to: float, result: result, ids[result].flatMap { statistics[$0] })
      }
    }
    let next = try self.state(
      float, state.table, correctsBiases: state.correctsBiases, splits: chosen.map { $0.result })
    func percent(_ part: Int, of whole: Int) -> String {
      "\((1000 * Double(part) / Double(max(1, whole))).rounded() / 10) %"
    }
    let macs = percent(chosen.reduce(0) { $0 + $1.macs }, of: self.float.macs)
    let weights = percent(chosen.reduce(0) { $0 + $1.weights }, of: self.float.weightCount)
    let names = chosen.prefix(3).map { "'\($0.result)'" } + (chosen.count > 3 ? ["…"] : [])
    state.take(
      next,
      "\(counted(chosen.count, "layer")) rounded once (\(names.joined(separator: ", "))), for "
        + "\(macs) more multiplications and \(weights) more weights",
      isKept: next.decibels >= state.decibels + Self.worthSplitting)
    return !state.splits.isEmpty
  }

  /// Layers that `most` of the multiplications and of the weights pay for, those first whose rounding in front of the
  /// activation costs the outputs most for that.
  private func affordableSplits(_ state: State, _ most: Double) -> [SignSplit.Candidate] {
    let ids = ids(in: state.float)
    let (macs, weights) = (Double(max(1, self.float.macs)), Double(max(1, self.float.weightCount)))
    func cost(_ candidate: SignSplit.Candidate) -> Double {
      max(Double(candidate.macs) / macs, Double(candidate.weights) / weights)
    }
    let coded = Set(state.graph.values.filter { $0.type.element == .int8 }.map { $0.name })
    var candidates: [SignSplit.Candidate] = []
    var roundings: [RoundingProbe.Rounding] = []
    for candidate in SignSplit.candidates(state.float) where cost(candidate) <= most {
      guard coded.contains(candidate.layer), let layer = ids[candidate.layer],
        let range = state.table.range(of: candidate.layer)
      else { continue }
      candidates.append(candidate)
      roundings.append(state.float.rounding(of: layer, to: range.quantization))
    }
    // All tensors at once may be more than there is memory for.
    guard !candidates.isEmpty,
      let probe = try? RoundingProbe(state.float, threads: threads, log: DiagnosticLog())
    else { return [] }
    progress("layers whose rounding costs most")
    let runs = Self.probedMACs / max(1, probe.macs(of: roundings))
    let noise = probe.noise(of: roundings, samples: fit, count: max(2, min(16, runs)))
    let least = noise.reduce(0, +) * Self.leastShare
    let ranked = candidates.indices.filter { noise[$0] >= least }
      .sorted { noise[$0] / cost(candidates[$0]) > noise[$1] / cost(candidates[$1]) }
    var left = most
    return ranked.map { candidates[$0] }.filter { candidate in
      guard cost(candidate) <= left else { return false }
      left -= cost(candidate)
      return true
    }
  }

  private func ids(in graph: Graph) -> [String: ValueID] {
    var ids: [String: ValueID] = [:]
    for index in graph.values.indices { ids[graph.values[index].name] = ValueID(index) }
    return ids
  }

  private func tryRounding(_ state: inout State) throws(DiagnosticFailure) {
    progress("rounding of weights")
    let graph = try state.refinement.refined(
      roundsWeights: true, correctsBiases: state.correctsBiases)
    let decibels = try held.decibels(of: graph, log: log)
    _ = state.offer(graph, decibels, "weights rounded for the layers' results")
  }
}

extension Graph {
  /// Elements of the weights of all layers.
  fileprivate var weightCount: Int {
    nodes.reduce(0) { (sum: Int, node: Node) -> Int in
      let weights = node.int8Rule?.weights.flatMap { node.inputs[$0.0] }
      return sum + (weights.flatMap { self[$0].type.shape.elementCount } ?? 0)
    }
  }
}
