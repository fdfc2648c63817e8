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

  /// The part of a model's multiplications that split layers may add.
  private static let mostAdded: [Optimization: Double] = [.fast: 0.04, .best: 0.25]
  /// A gain in dB that pays for a layer's multiplications a second time.
  private static let worthSplitting = 0.1

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
    try tryEqualization(&state)
    try trySplits(&state, Self.mostAdded[level] ?? 0)
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
  private func state(
    _ float: Graph, _ table: CalibrationTable, correctsBiases: Bool
  ) throws(DiagnosticFailure) -> State {
    var graph = try quantize(float, table)
    var refinement = Refinement(
      of: graph, madeFrom: float, samples: fit, threads: threads, log: log)
    if correctsBiases {
      graph = try refinement.refined(roundsWeights: false, correctsBiases: true)
    }
    return State(
      float: float, table: table, refinement: refinement, graph: graph,
      decibels: try held.decibels(of: graph, log: log), correctsBiases: correctsBiases)
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

  private func tryEqualization(_ state: inout State) throws(DiagnosticFailure) {
    guard let calibrate else { return }
    progress("channels scaled")
    guard
      let (graph, groups) = try ChannelEqualization.applied(
        to: state.float, samples: fit, threads: threads, log: log)
    else { return }
    let next = try self.state(
      graph, try calibrate(graph), correctsBiases: state.correctsBiases)
    state.take(
      next, "channels of \(counted(groups, "tensor group")) scaled to share their codes",
      isKept: next.decibels > state.decibels)
  }

  private func tryBiases(_ state: inout State) throws(DiagnosticFailure) {
    progress("biases")
    let graph = try state.refinement.refined(roundsWeights: false, correctsBiases: true)
    let decibels = try held.decibels(of: graph, log: log)
    state.correctsBiases = state.offer(graph, decibels, "biases corrected")
  }

  private func trySplits(_ state: inout State, _ most: Double) throws(DiagnosticFailure) {
    var chosen = try affordableSplits(state, most)
    while !chosen.isEmpty {
      progress("\(counted(chosen.count, "layer")) rounded once")
      var (float, table) = (state.float, state.table)
      for candidate in chosen {
        guard
          let split = try log.attempt({ () throws(Diagnostic) in
            try SignSplit.applied(to: float, result: candidate.result, range: candidate.range)
          })
        else { continue }
        float = split.graph
        table.entries.removeAll { $0.name == candidate.result }
        table.entries += split.ranges
      }
      let next = try self.state(float, table, correctsBiases: state.correctsBiases)
      let isKept = next.decibels >= state.decibels + Self.worthSplitting
      let part = Double(chosen.reduce(0) { $0 + $1.macs }) / Double(self.float.macs)
      let names = chosen.prefix(3).map { "'\($0.result)'" } + (chosen.count > 3 ? ["…"] : [])
      state.take(
        next,
        "\(counted(chosen.count, "layer")) rounded once (\(names.joined(separator: ", "))), for "
          + "\((part * 1000).rounded() / 10) % more multiplications", isKept: isKept)
      if isKept { return }
      chosen.removeLast(chosen.count - chosen.count / 4)
    }
  }

  /// A layer to split, with the range of its result.
  private struct Split {
    let result: String
    let macs: Int
    let range: CalibrationTable.Range
    /// The mean square of what rounding in front of the activation changes, as a part of the result's.
    let loss: Double
  }

  /// As many layers as `most` of the multiplications pay for, those first that lose most.
  private func affordableSplits(
    _ state: State, _ most: Double
  ) throws(DiagnosticFailure) -> [Split] {
    let candidates = SignSplit.candidates(state.float)
    if candidates.isEmpty { return [] }
    var ids: [String: ValueID] = [:]
    for index in state.float.values.indices { ids[state.float.values[index].name] = ValueID(index) }
    let statistics = try ChannelStatistics.measured(
      Set(candidates.flatMap { [ids[$0.layer], ids[$0.result]] }.compactMap { $0 }),
      of: state.float, samples: fit, threads: threads, log: log)
    let splits = candidates.compactMap { candidate -> Split? in
      guard let before = ids[candidate.layer].flatMap({ statistics[$0] }),
        let after = ids[candidate.result].flatMap({ statistics[$0] }),
        let low = after.low.min(), let high = after.high.max(),
        let range = state.table.range(of: candidate.layer)
      else { return nil }
      let power = after.power.reduce(0, +) / Double(after.power.count)
      let (step, gain) = (Double(range.quantization.scale), Double(candidate.alpha))
      let felt = before.positiveShare + gain * gain * (1 - before.positiveShare)
      return power > 0
        ? Split(
          result: candidate.result, macs: candidate.macs, range: .init(low: low, high: high),
          loss: step * step / 12 * felt / power) : nil
    }
    var left = most * Double(float.macs)
    let least = (splits.map { $0.loss }.max() ?? 0) / 4
    return splits.sorted { $0.loss > $1.loss }.filter { split in
      guard split.loss >= least, Double(split.macs) <= left else { return false }
      left -= Double(split.macs)
      return true
    }
  }

  private func tryRounding(_ state: inout State) throws(DiagnosticFailure) {
    progress("rounding of weights")
    let graph = try state.refinement.refined(
      roundsWeights: true, correctsBiases: state.correctsBiases)
    let decibels = try held.decibels(of: graph, log: log)
    _ = state.offer(graph, decibels, "weights rounded for the layers' results")
  }
}
