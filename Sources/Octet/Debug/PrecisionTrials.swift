import OctetDiagnostics
import OctetIR
import OctetQuantize

/// Makes models of other precisions and measures them, those that it has not measured before.
struct PrecisionTrials {
  typealias Group = PrecisionSearch.Group

  var state: SearchState
  private(set) var trials: [PrecisionStudy.Trial] = []
  private let conversion: Int8Conversion
  private let options: Int8Options
  private let request: PrecisionStudy.Request
  /// Nil for a command.
  private let measure: TargetMeasure?
  private let folder: TemporaryFolder
  private let log: DiagnosticLog
  private let progress: (String) -> Void
  private let isInterrupted: () -> Bool

  /// Timed runs of a model.
  private static let runs = 10

  /// - Parameter held: samples that metrics are measured on, one float32 tensor [n, …] an input.
  init(
    _ conversion: Int8Conversion, _ options: Int8Options, _ request: PrecisionStudy.Request,
    held: [Tensor], log: DiagnosticLog, progress: @escaping (String) -> Void,
    isInterrupted: @escaping () -> Bool
  ) throws(DiagnosticFailure) {
    guard let folder = TemporaryFolder() else {
      throw log.failure(
        Diagnostic(.unwritableFile, "no temporary folder can be made", help: "set TMPDIR to one"))
    }
    self.folder = folder
    self.conversion = conversion
    self.options = options
    self.request = request
    self.log = log
    self.progress = progress
    self.isInterrupted = isInterrupted
    let float = conversion.float
    if case .metric(let metric) = request.goal {
      measure = try TargetMeasure(
        metric, of: float.graph, samples: held, threads: float.threads, log: log)
    } else {
      measure = nil
    }
    var hash = ContentHash()
    let layers = options.layers.resolved(for: float.graph)
    let ends = [options.inputType, options.outputType].map { $0?.rawValue ?? "" }
    for text in [
      conversion.table.text, request.goal.measure, "\(request.threads)",
      options.weightScales.rawValue,
    ] + ends + (layers.precisions + layers.outputs).map({ $0.rawValue }) {
      hash.mix(text.utf8)
      hash.mix([0])
    }
    for tensor in held { tensor.storage.bytes.withMemoryRebound(to: UInt8.self) { hash.mix($0) } }
    state = SearchState(request.state, key: ContentHash.text(hash.value), log: log)
    if state.found > 0 {
      progress("\(counted(state.found, "model")) measured before, kept in '\(state.path)'")
    }
  }

  /// The model with some groups as they say.
  func model(_ groups: [Group]) throws(DiagnosticFailure) -> Model {
    var quantizer = options.quantizer
    quantizer.layers = options.layers.setting(groups)
    // What there is to say of the scales has been said of the model in int8 alone.
    return try conversion.float.quantized(conversion.table, quantizer, log: DiagnosticLog())
  }

  /// Looks for the groups with which the goal is reached.
  ///
  /// - Parameter groups: the one to make wide before others first.
  /// - Returns: the place of the trial; nil where it is not reached with all of them.
  mutating func search(
    _ groups: [Group], _ search: PrecisionStudy.Search
  ) throws(DiagnosticFailure) -> Int? {
    let plain = try measure([], "int8 alone")
    if trials[plain].isReached { return plain }
    let wide = request.wide.rawValue
    let all = try measure(groups, "all in \(wide)")
    guard trials[all].isReached else { return nil }
    var chosen = (groups: groups, trial: all)
    switch search {
    case .bisect:
      var few = 0
      while chosen.groups.count - few > 1 {
        let count = (few + chosen.groups.count) / 2
        let first = Array(groups[..<count])
        let trial = try measure(first, "the first \(count) in \(wide)")
        if trials[trial].isReached { chosen = (first, trial) } else { few = count }
      }
    case .greedy:
      var some = (groups: [Group](), trial: plain)
      for group in groups {
        let more = some.groups + [group]
        let trial = try measure(more, "with '\(group.name)'")
        guard request.goal.isBetter(trials[trial].value, than: trials[some.trial].value) else {
          continue
        }
        some = (more, trial)
        if trials[trial].isReached { break }
      }
      if trials[some.trial].isReached { chosen = some }
    }
    for group in chosen.groups.sorted(by: { $0.cost > $1.cost }) where chosen.groups.count > 1 {
      let others = chosen.groups.filter { $0.name != group.name }
      let trial = try measure(others, "without '\(group.name)'")
      if trials[trial].isReached { chosen = (others, trial) }
    }
    return chosen.trial
  }

  /// Measures the model with these groups as they say; gives the place of the trial.
  private mutating func measure(
    _ groups: [Group], _ text: String
  ) throws(DiagnosticFailure) -> Int {
    let names = groups.map { $0.name }.sorted()
    if let known = trials.firstIndex(where: { $0.groups.sorted() == names }) { return known }
    let layers = groups.flatMap { $0.rules }.sorted()
    let measurement: SearchState.Measurement
    if let known = state.measurements[layers] {
      measurement = known
    } else {
      progress(text)
      measurement = try measure(try model(groups))
      try state.add(layers, measurement, log: log)
    }
    let goal = request.goal
    trials.append(
      PrecisionStudy.Trial(
        text: text, groups: groups.map { $0.name }, value: measurement.value,
        isReached: goal.isReached(by: measurement.value), bytes: measurement.bytes,
        milliseconds: measurement.milliseconds))
    progress(
      "\(text): \(goal.text(measurement.value)), \(trials[trials.count - 1].price)")
    return trials.count - 1
  }

  /// Logs `OCT0942` where an interruption has come.
  private func measure(_ model: Model) throws(DiagnosticFailure) -> SearchState.Measurement {
    let path = folder.path("model.tflite")
    guard !isInterrupted() else { throw interruption }
    let bytes = try model.write(path, log: log)
    let milliseconds = try Benchmark.latency(
      path, threads: request.threads, runs: Self.runs, log: log)
    let value: Double?
    switch request.goal {
    case .metric: value = try measure?.value(of: model.graph, log: log)
    case .command(let command):
      value = try command.value(of: path, in: folder, log: log, isInterrupted: isInterrupted)
    }
    guard let value else { throw interruption }
    return SearchState.Measurement(value: value, bytes: bytes, milliseconds: milliseconds)
  }

  private var interruption: DiagnosticFailure {
    let count = state.measurements.count
    return log.failure(
      Diagnostic(
        .searchInterrupted, "interrupted with \(counted(count, "model")) measured",
        help: count == 0
          ? "the same command line begins anew"
          : "they are in '\(state.path)': the same command line goes on there"))
  }

  /// The trials, with those marked that no other is better than.
  var withFront: [PrecisionStudy.Trial] {
    trials.map { trial in
      var trial = trial
      trial.isOnFront = !trials.contains { other in
        let isWorse =
          request.goal.isBetter(trial.value, than: other.value) || other.bytes > trial.bytes
          || other.milliseconds > trial.milliseconds
        let isBetter =
          request.goal.isBetter(other.value, than: trial.value) || other.bytes < trial.bytes
          || other.milliseconds < trial.milliseconds
        return isBetter && !isWorse
      }
      return trial
    }
  }
}
