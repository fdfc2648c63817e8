public import OctetData
public import OctetDiagnostics
import OctetIR
public import OctetQuantize

/// Which layers of an int8 model to keep in wider types so that it reaches a goal, and what that costs in time and bytes.
///
/// ```swift
/// var request = PrecisionStudy.Request(goal: .metric(.sqnr(decibels: 28)), state: "layers.search.json")
/// let study = try PrecisionStudy(float, Int8Options(data: "photos"), request, log: log)
/// try study.write("layers.txt", log: log)
/// ```
public struct PrecisionStudy: Sendable {
  /// How groups are chosen, in the order of what their own errors cost the outputs.
  public enum Search: String, Sendable, CaseIterable {
    /// The fewest of the first ones with which the goal is reached, by halving.
    case bisect
    /// One after the other, if the model gets better by it.
    case greedy
  }

  public struct Request: Sendable {
    public var goal: PrecisionGoal
    public var search = Search.bisect
    /// What layers become; those that have no int16 form become float32.
    public var wide = LayerPrecision.int16
    /// Threads of the runs that are timed.
    public var threads = 1
    /// The file that keeps what was measured until the search is done.
    public var state: String
    /// Whether it stays then.
    public var keepsState = false

    public init(goal: PrecisionGoal, state: String) {
      self.goal = goal
      self.state = state
    }
  }

  /// A layer with weights and what follows it up to the next.
  public struct Group: Sendable {
    /// Output tensors with what their layers become.
    public let layers: [(name: String, precision: LayerPrecision)]
    public let macs: Int
    /// Signal to noise of the outputs in dB if the group's own error were the only one; infinite where it makes none.
    public let decibels: Double

    public var name: String { layers[0].name }
  }

  /// A model that was measured.
  public struct Trial: Sendable {
    public let text: String
    /// The names of the groups that are not in int8.
    public let groups: [String]
    /// Of the goal's measure.
    public let value: Double
    public let isReached: Bool
    /// Of the `.tflite`.
    public let bytes: Int
    /// The median of some runs.
    public let milliseconds: Double
    /// Whether no other one is as good, as fast and as small, and better in one of these.
    public internal(set) var isOnFront = false
  }

  public let path: String
  public let goal: PrecisionGoal
  public let wide: LayerPrecision
  public let threads: Int
  /// The one whose own error costs most first.
  public let groups: [Group]
  /// In the order in which they were measured; int8 alone is the first.
  public let trials: [Trial]
  /// The place in `trials` of the one that reaches the goal; nil where none does.
  public let chosen: Int?
  /// Measurements that an earlier search has left.
  public let resumed: Int
  /// Samples that were held back from calibration.
  public let samples: Int

  /// Samples that own errors are measured on.
  private static let compared = 8

  /// - Parameters:
  ///   - source: a converted float model (`converted(forInt8: true)`).
  ///   - options: of the int8 model, with samples; the layers that they name stay as they say. Nothing is optimized.
  ///   - progress: called before and after each model that is measured.
  ///   - isInterrupted: asked before each.
  /// - Throws: after logging what keeps the model from being quantized, a command that fails (`OCT0940`) or an interruption
  ///   (`OCT0942`). What was measured until then is in the state.
  public init(
    _ source: Model, _ options: Int8Options, _ request: Request,
    preprocessing: Preprocessing? = nil, log: DiagnosticLog,
    progress: @escaping (Int8Progress) -> Void = { _ in },
    isInterrupted: @escaping () -> Bool = { false }
  ) throws(DiagnosticFailure) {
    var options = options
    (options.target, options.optimization) = (nil, .none)
    let conversion = try Int8Conversion(
      source, options, preprocessing: preprocessing, log: log, progress: progress)
    let held = try conversion.samples(log: log).held
    let float = conversion.float.graph
    var trials = try PrecisionTrials(
      conversion, options, request, held: held, log: log, progress: { progress(.searching($0)) },
      isInterrupted: isInterrupted)
    var groups = PrecisionSearch.groups(of: float, given: options.layers)
    if request.wide == .float32 {
      groups = groups.map { $0.inFloat }
    } else {
      PrecisionSearch.leaveRefusedLayersFloat(
        &groups, of: try trials.model(groups).graph, madeFrom: float)
    }
    if trials.state.costs.isEmpty, !groups.isEmpty {
      progress(.searching("what each layer's own error costs the outputs"))
      trials.state.costs = try Self.costs(of: groups, conversion, held, log)
      try trials.state.save(log)
    }
    let costs = trials.state.costs
    groups = groups.enumerated().sorted {
      let (first, second) = (costs[$0.element.name] ?? 0, costs[$1.element.name] ?? 0)
      return first != second ? first > second : $0.offset < $1.offset
    }.map { $0.element }
    let found = try trials.search(groups, request.search)
    if found != nil, !request.keepsState { trials.state.remove() }
    path = source.path
    goal = request.goal
    wide = request.wide
    threads = request.threads
    self.groups = groups.map {
      Group(layers: $0.layers, macs: $0.macs, decibels: decibels(1, costs[$0.name] ?? 0))
    }
    self.trials = trials.withFront
    chosen = found
    resumed = trials.state.found
    samples = held.first?.extents.first ?? 0
  }

  /// By group, the part of the outputs' power that its own error takes.
  private static func costs(
    of groups: [PrecisionSearch.Group], _ conversion: Int8Conversion, _ held: [Tensor],
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [String: Double] {
    let (float, int8) = (conversion.float.graph, conversion.model.graph)
    var run = try ComparisonRun(
      float, int8, TensorPairs(float, int8), threads: conversion.float.threads, log: log)
    for index in 0..<min(compared, held.first?.extents.first ?? 0) {
      try run.add(held.map { $0.sample(index) }, log: log) { _ in }
    }
    var makers: [String: String] = [:]
    for group in groups {
      for layer in group.layers { makers[layer.name] = group.name }
    }
    var costs: [String: Double] = [:]
    for (index, pair) in run.pairs.enumerated() {
      guard let group = makers[float[pair.a].name] else { continue }
      // What was not measured comes behind what was.
      costs[group, default: 0] += run.damage[index] ?? min(run.ownRatio(index), 1) * 1e-6
    }
    return costs
  }

  /// The model's precisions as `convert --precision-file` reads them; nil where the goal is not reached.
  public var precisions: String? {
    chosen.map { chosen in
      let trial = trials[chosen]
      var lines = [
        "# \(goal.text), reached with \(trial.groups.count) of \(counted(groups.count, "group")) of layers: \(goal.text(trial.value)), with int8 alone \(goal.text(trials[0].value))"
      ]
      for group in groups where trial.groups.contains(group.name) {
        lines += group.layers.map { LayerTypes.rule($0.name, $0.precision) }
      }
      return lines.joined(separator: "\n") + "\n"
    }
  }

  /// Why nothing is chosen.
  public var missed: Diagnostic? {
    guard chosen == nil else { return nil }
    var best = trials[0]
    for trial in trials where goal.isBetter(trial.value, than: best.value) { best = trial }
    return Diagnostic(
      .targetMissed,
      "\(goal.text) is not reached: the best is \(goal.text(best.value)), \(best.text)",
      at: Location(file: path),
      notes: wide == .int16 ? ["weights have 8 bits in int16 layers too"] : [],
      helps: (wide == .int16
        ? [.init("let layers be float32", arguments: ["--in", "float32"])] : [])
        + [.init("ask for less: what was measured is kept, and taken again")])
  }
}

extension PrecisionSearch.Group {
  /// The same with all layers in float32.
  fileprivate var inFloat: Self {
    var group = self
    for index in layers.indices { group.layers[index].precision = .float32 }
    return group
  }

  /// `conv1=int16`
  var rules: [String] { layers.map { LayerTypes.rule($0.name, $0.precision) } }
}

extension Tensor {
  /// One sample of a float32 tensor [n, …].
  fileprivate func sample(_ index: Int) -> Tensor {
    let size = extents.dropFirst().reduce(1, *)
    let numbers = storage.array(of: Float.self)[index * size..<(index + 1) * size]
    return Tensor([1] + extents.dropFirst(), Array(numbers))
  }
}
