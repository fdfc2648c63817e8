package import OctetDiagnostics
package import OctetIR
import OctetOps
import OctetRuntime

/// How much is done so that a quantized model loses less.
public enum Optimization: String, Sendable, CaseIterable {
  /// Scales follow from the ranges, weights and biases from the float ones.
  case none
  /// What takes seconds: biases, and a cheap layer or two rounded once instead of twice.
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
  }

  package struct Result: Sendable {
    package let graph: Graph
    /// The ratio of signal to noise in dB, averaged over the outputs of the held-back samples.
    package let before: Double
    package let heldCount: Int
    package let trials: [Trial]
    package var after: Double { trials.last { $0.isKept }?.decibels ?? before }
  }

  private let float: Graph
  private let fit: [Tensor]
  private let held: OutputFidelity
  private let quantize: (Graph, CalibrationTable) throws(DiagnosticFailure) -> Graph
  private let threads: Int
  private let log: DiagnosticLog
  private let progress: (String) -> Void

  /// The part of a model's multiplications that split layers may add.
  private static let mostAdded: [Optimization: Double] = [.fast: 0.04, .best: 0.25]
  /// A gain in dB that pays for a layer's multiplications a second time.
  private static let worthSplitting = 0.1

  /// - Parameters:
  ///   - fit: what is measured to change weights and biases; one float32 tensor [n, …] an input.
  ///   - held: what each change is judged by.
  ///   - quantize: makes the quantized form of a float graph.
  package init(
    _ float: Graph, fit: [Tensor], held: [Tensor], threads: Int, log: DiagnosticLog,
    quantize: @escaping (Graph, CalibrationTable) throws(DiagnosticFailure) -> Graph,
    progress: @escaping (String) -> Void
  ) throws(DiagnosticFailure) {
    self.float = float
    self.fit = fit
    self.threads = threads
    self.log = log
    self.quantize = quantize
    self.progress = progress
    self.held = try OutputFidelity(of: float, samples: held, threads: threads, log: log)
  }

  package func run(
    _ table: CalibrationTable, _ level: Optimization
  ) throws(DiagnosticFailure) -> Result {
    var state = try state(float, table, correctsBiases: false)
    let before = state.decibels
    try tryBiases(&state)
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

  private func tryBiases(_ state: inout State) throws(DiagnosticFailure) {
    progress("biases")
    let graph = try state.refinement.refined(roundsWeights: false, correctsBiases: true)
    let decibels = try held.decibels(of: graph, log: log)
    state.correctsBiases = state.offer(graph, decibels, "biases corrected")
  }

  private func trySplits(_ state: inout State, _ most: Double) throws(DiagnosticFailure) {
    let candidates = SignSplit.candidates(float)
    if candidates.isEmpty { return }
    let ranges = try extremes(of: Set(candidates.map { $0.result }))
    let total = Double(float.macs)
    var added = 0.0
    for (position, candidate) in candidates.enumerated() {
      let part = Double(candidate.macs) / total
      guard added + part <= most else { continue }
      progress("layer \(position + 1) of \(candidates.count) rounded once")
      guard let range = ranges[candidate.result],
        let split = try log.attempt({ () throws(Diagnostic) in
          try SignSplit.applied(to: state.float, result: candidate.result, range: range)
        })
      else { continue }
      var table = state.table
      table.entries.removeAll { $0.name == candidate.result }
      table.entries += split.ranges
      let next = try self.state(split.graph, table, correctsBiases: state.correctsBiases)
      let isKept = next.decibels >= state.decibels + Self.worthSplitting
      let percent = "\((part * 1000).rounded() / 10)"
      let trial = Trial(
        text: "'\(candidate.result)' rounded once, for \(percent) % more multiplications",
        decibels: next.decibels, isKept: isKept)
      let trials = state.trials + [trial]
      if isKept {
        state = next
        added += part
      }
      state.trials = trials
    }
  }

  private func tryRounding(_ state: inout State) throws(DiagnosticFailure) {
    progress("rounding of weights")
    let graph = try state.refinement.refined(
      roundsWeights: true, correctsBiases: state.correctsBiases)
    let decibels = try held.decibels(of: graph, log: log)
    _ = state.offer(graph, decibels, "weights rounded for the layers' results")
  }

  /// The least and the largest number of some tensors on the samples to fit.
  private func extremes(
    of names: Set<String>
  ) throws(DiagnosticFailure) -> [String: CalibrationTable.Range] {
    var found: [String: Histogram] = [:]
    let loop = try SampleLoop(float, threads: threads, observing: true, log: log)
    loop.forEachGroup(of: fit) { _ in
      loop.prepared.invoke { id, view in
        let name = float[id].name
        guard names.contains(name) else { return }
        _ = found[name, default: Histogram()].extend(
          to: UnsafeBufferPointer(start: view.float32, count: view.count), pool: loop.prepared.pool)
      }
    }
    return found.mapValues { $0.range(.minMax) }
  }
}
