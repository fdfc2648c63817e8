public import OctetData
public import OctetDiagnostics
import OctetIR
public import OctetQuantize

/// Makes a calibration table of a data set, by the calibrator that is asked for or by the best one.
public struct DatasetCalibration {
  private let float: Model
  private let dataset: Dataset?
  private let preprocessing: Preprocessing
  private let log: DiagnosticLog

  /// - Parameters:
  ///   - float: a converted model (`optimized(forInt8: true)`).
  ///   - dataset: nil where there are statistics and a calibrator is named.
  public init(
    _ float: Model, _ dataset: Dataset?, _ preprocessing: Preprocessing, log: DiagnosticLog
  ) {
    self.float = float
    self.dataset = dataset
    self.preprocessing = preprocessing
    self.log = log
  }

  /// Runs a part of the samples; logs what is missing or does not fit (`OCT0501`...`OCT0511`).
  public func statistics(
    _ options: Int8Options, shard: CalibrationStatistics.Shard,
    _ progress: (Int8Progress) -> Void
  ) throws(DiagnosticFailure) -> CalibrationStatistics {
    let all = Dataset.evenlySpaced(options.samples, of: try samples().count)
    let start = (shard.index - 1) * all.count / shard.count
    return try statistics(
      of: Array(all[start..<shard.index * all.count / shard.count]), counting: true, shard: shard,
      progress
    )
  }

  private func statistics(
    of indices: [Int], counting counts: Bool, shard: CalibrationStatistics.Shard = .whole,
    _ progress: (Int8Progress) -> Void
  ) throws(DiagnosticFailure) -> CalibrationStatistics {
    let calibrator = try DatasetCalibrator(
      try samples(), for: float, preprocessing: preprocessing, indices: indices, log: log)
    return try Calibration(float.graph, threads: float.threads, log: log).statistics(
      calibrator, counting: counts, preprocessing: preprocessing.text, shard: shard
    ) { progress(.calibrating($0)) }
  }

  /// Runs the samples and makes their table; logs what `statistics` and `table(of:)` do.
  ///
  /// To choose a calibrator where all samples are used, each rule is tried with three quarters of them on the others.
  public func table(
    _ options: Int8Options, _ progress: (Int8Progress) -> Void
  ) throws(DiagnosticFailure) -> CalibrationTable {
    let dataset = try samples()
    try options.checkPatterns(float.graph.activations.map { float.graph[$0].name }, log)
    let used = Dataset.evenlySpaced(options.samples, of: dataset.count)
    if let rules = options.rules {
      let whole = try statistics(of: used, counting: rules.needsCounts, progress)
      return try table(of: whole, options, progress)
    }
    let others = dataset.count - used.count
    if others >= Self.fewestHeld || used.count / 4 < Self.fewestHeld {
      return try table(of: try statistics(of: used, counting: true, progress), options, progress)
    }
    let held = Dataset.evenlySpaced(used.count / 4, among: used)
    let fitted = try statistics(
      of: used.filter { !held.contains($0) }, counting: true, progress)
    let choice = try choice(fitted, held: held, options, progress)
    var whole = fitted
    whole.add(try statistics(of: held, counting: true, progress))
    return checked(whole.table(for: float.graph, options.rules(choice.algorithm)), whole)
  }

  /// Fewer samples can't judge a calibrator.
  private static let fewestHeld = 8

  /// The table of what samples hold.
  ///
  /// Logs `OCT0503` for statistics of another model, `OCT0520` for patterns that name no tensor, and what is chosen
  /// where no calibrator is named (`OCT0516`).
  public func table(
    of statistics: CalibrationStatistics, _ options: Int8Options,
    _ progress: (Int8Progress) -> Void
  ) throws(DiagnosticFailure) -> CalibrationTable {
    try log.attempt { () throws(Diagnostic) in try statistics.check(fits: float.graph) }
    try options.checkPatterns(statistics.tensors.map { $0.name }, log)
    if let rules = options.rules {
      return checked(statistics.table(for: float.graph, rules), statistics)
    }
    let dataset = try samples()
    let held = dataset.indices(
      without: Dataset.evenlySpaced(statistics.samples, of: dataset.count))
    if held.count < Self.fewestHeld {
      log.add(
        Diagnostic(
          .calibratorChosen,
          "calibrator 'min-max' is taken: \(Self.fewestHeld) samples that are not calibrated with would choose one",
          help: "--calibrator NAME takes another one"))
      return checked(statistics.table(for: float.graph, options.rules(.minMax)), statistics)
    }
    let choice = try choice(statistics, held: held, options, progress)
    return checked(
      statistics.table(for: float.graph, options.rules(choice.algorithm)), statistics)
  }

  /// A table, after logging which of its ranges few numbers make wide (`OCT0953`).
  private func checked(
    _ table: CalibrationTable, _ statistics: CalibrationStatistics
  ) -> CalibrationTable {
    if let remark = table.remarkOnTails(statistics) { log.add(remark) }
    return table
  }

  private func choice(
    _ statistics: CalibrationStatistics, held: [Int], _ options: Int8Options,
    _ progress: (Int8Progress) -> Void
  ) throws(DiagnosticFailure) -> CalibratorChoice {
    let feeder = try SampleFeeder(
      try samples(), float, preprocessing, log: DiagnosticLog())
    let samples = try log.attempt { () throws(Diagnostic) in
      try feeder.batch(
        Dataset.evenlySpaced(
          float.affordableSamples(8...128, macs: 16_000_000_000), among: held))
    }
    let choice = try CalibratorChoice(
      statistics, of: float, held: samples, options, log: log,
      progress: { progress(.trying($0)) })
    log.add(choice.remark)
    return choice
  }

  /// The samples that `table` makes its table of.
  func indices(of table: CalibrationTable) throws(DiagnosticFailure) -> [Int] {
    Dataset.evenlySpaced(table.samples, of: try samples().count)
  }

  /// Measures the ranges of other float graphs of the same inputs as those of `table` were; nil where it was not made
  /// by an algorithm alone.
  func recalibration(
    like table: CalibrationTable, _ options: Int8Options
  ) -> ((Graph) throws(DiagnosticFailure) -> CalibrationTable)? {
    guard let algorithm = CalibrationAlgorithm(table.algorithm), let dataset else { return nil }
    var options = options
    options.algorithm = algorithm
    options.samples = table.samples
    return { [options] graph throws(DiagnosticFailure) in
      var float = float
      float.graph = graph
      return try DatasetCalibration(float, dataset, preprocessing, log: log).table(options) { _ in }
    }
  }

  /// Throws after logging `OCT0511` where there are none.
  func samples() throws(DiagnosticFailure) -> Dataset {
    if let dataset { return dataset }
    throw log.failure(
      Diagnostic(
        .noCalibrationData, "--int8 needs samples to measure the tensors' ranges on",
        at: Location(file: float.path),
        helps: [
          .init("give some", arguments: ["--calibration-data", "DATA"]),
          .init("or a table made earlier", arguments: ["--calibration-table", "FILE"]),
          .init("or the ranges themselves", arguments: ["--ranges", "FILE"]),
        ]))
  }
}

extension Int8Options {
  /// Nil where the algorithm is to be chosen.
  fileprivate var rules: CalibrationRules? {
    algorithm.map(rules)
  }

  func rules(_ algorithm: CalibrationAlgorithm) -> CalibrationRules {
    CalibrationRules(algorithm, exceptions: exceptions, symmetric: symmetric)
  }

  /// Logs `OCT0520` for each pattern that names no tensor.
  fileprivate func checkPatterns(
    _ names: [String], _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    for pattern in exceptions.map({ $0.pattern }) + symmetric
    where !names.contains(where: pattern.matches) {
      log.add(
        Diagnostic(.unknownTensor, "no tensor is named '\(pattern.text)'")
          .suggesting(pattern.text, from: names))
    }
    try log.throwIfErrors()
  }
}
