public import OctetData
public import OctetDiagnostics
public import OctetQuantize

/// Where the ranges of an int8 conversion come from, and what its ends look like.
public struct Int8Options: Sendable {
  /// Samples: what `Dataset.open` reads.
  public var data: String?
  /// The file of a table made earlier; then no sample is run to calibrate.
  public var table: String?
  public var algorithm = CalibrationAlgorithm.minMax
  /// How many samples to calibrate with, evenly spaced.
  public var samples = 500
  /// Nil for the type that the layers behind an input compute in, the widest if there are several.
  public var inputType: InterfaceType?
  /// Nil for the type that a result is stored as.
  public var outputType: InterfaceType?
  /// Which layers compute in something else than int8.
  public var layers = LayerTypes()
  public var weightScales = WeightScales.perChannel
  /// What is done with the samples beside calibrating.
  public var optimization = Optimization.none
  /// What to reach with as few layers in int16 as can be found, beside those in `layers`; nil for nothing.
  public var target: TargetMetric?

  public init(data: String? = nil, table: String? = nil) {
    self.data = data
    self.table = table
  }

  /// As `LayerTypes.setPrecision`: `options.setPrecision(.int16, of: "conv1")`.
  public mutating func setPrecision(_ precision: LayerPrecision, of pattern: String) {
    layers.setPrecision(precision, of: pattern)
  }

  /// As `LayerTypes.setOutputType`: `options.setOutputType(.float32, of: "heads_*")`.
  public mutating func setOutputType(_ type: LayerPrecision, of pattern: String) {
    layers.setOutputType(type, of: pattern)
  }

  var quantizer: QuantizerOptions {
    var result = QuantizerOptions(inputType: inputType, outputType: outputType)
    result.layers = layers
    result.weightScales = weightScales
    return result
  }
}

/// What is known while an int8 model is made.
public enum Int8Progress: Sendable {
  case calibrating(CalibrationProgress)
  /// What is tried at the moment: `biases`.
  case optimizing(String)
  /// What is measured at the moment to reach a target: `'conv1' in int16 (1 of 13)`.
  case searching(String)
}

/// A float model and its int8 form, with the samples to compare them on.
public struct Int8Conversion: Sendable {
  public let float: Model
  public let model: Model
  /// The table the ranges came from.
  public let table: CalibrationTable
  private let dataset: Dataset?
  private let preprocessing: Preprocessing
  /// The samples that calibration has run; nil when they are not known.
  private let used: [Int]?

  /// Quantizes a converted float model. Without data and without a table its ranges are those of training (`OCT0513`).
  ///
  /// - Parameters:
  ///   - given: the preprocessing the user asks for; nil for the table's or the model's own.
  ///   - progress: called after each batch of calibration, and before each thing that is tried to lose less.
  /// - Throws: after logging what is missing or does not fit (`OCT0501`...`OCT0522`).
  public init(
    _ source: Model, _ options: Int8Options, preprocessing given: Preprocessing?,
    log: DiagnosticLog, progress: @escaping (Int8Progress) -> Void = { _ in }
  ) throws(DiagnosticFailure) {
    try source.check(options.layers, log: log)
    let stored = try options.table.map { path throws(DiagnosticFailure) in
      let table = try CalibrationTable.read(path, log: log)
      try source.check(table, file: path, log: log)
      return table
    }
    // The ranges of a table hold for samples that were preprocessed as it says.
    preprocessing = try Preprocessing.chosen(
      given, stored: stored?.preprocessing ?? source.preprocessing,
      in: options.table ?? source.path, log: log)
    let float = try source.storing(preprocessing, log: log)
    dataset = try options.data.map { path throws(DiagnosticFailure) in
      try source.dataset(path, part: .calibration, log: log)
    }
    if let stored {
      table = stored
      if let dataset {
        used = try Self.samples(of: stored, in: dataset, float, preprocessing, log)
      } else {
        used = nil
      }
    } else if dataset == nil, float.graph.isTrainedForInt8 {
      (table, used) = (float.trainedTable(preprocessing: preprocessing.text), nil)
    } else {
      guard let dataset else { throw log.failure(Self.noData(source)) }
      let calibrator = try DatasetCalibrator(
        dataset, for: float, preprocessing: preprocessing, algorithm: options.algorithm,
        samples: options.samples, log: log)
      table = try float.calibrated(
        calibrator, preprocessing: preprocessing.text, log: log
      ) { progress(.calibrating($0)) }
      used = calibrator.indices
    }
    self.float = float
    var samples: OptimizationSamples?
    if options.optimization != .none || options.target != nil {
      guard let dataset else { throw log.failure(Self.noData(source)) }
      samples = try OptimizationSamples(dataset, used: used, for: float, preprocessing, log: log)
    }
    model = try QuantizedModel(
      float, table, options, samples: samples, log: log, progress: progress
    ).make()
  }

  private static func noData(_ source: Model) -> Diagnostic {
    Diagnostic(
      .noCalibrationData, "--int8 needs samples to measure the tensors' ranges on",
      at: Location(file: source.path),
      helps: [
        .init("give some", arguments: ["--calibration-data", "DATA"]),
        .init("or a table made earlier", arguments: ["--calibration-table", "FILE"]),
      ])
  }

  /// How the model in the written file agrees with the float one, on samples that calibration has not
  /// used where there are any; nil without samples. Poor agreement is a warning (`OCT0509`).
  ///
  /// Takes up to 100 samples, fewer of a large model: as many as need 64 billion multiply-adds, but not
  /// fewer than 10.
  public func verify(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) -> Agreement? {
    guard let dataset else { return nil }
    let written = try Model.open(path, ModelOptions(threads: float.threads), log: log)
    var (candidates, kind) = (dataset.indices(without: used ?? []), "held-back")
    if used == nil { kind = "" }
    if candidates.isEmpty { (candidates, kind) = (Array(0..<dataset.count), "calibration") }
    let samples = Dataset.evenlySpaced(float.affordableSamples(10...100), among: candidates)
    let result = try Agreement.between(
      float, written, dataset, samples, kind: kind, preprocessing, log: log)
    if let warning = result.warning(at: path) { log.add(warning) }
    return result
  }

  /// The samples of `dataset` that the table was made from; nil when they were others.
  private static func samples(
    of table: CalibrationTable, in dataset: Dataset, _ float: Model,
    _ preprocessing: Preprocessing, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [Int]? {
    let calibrator = try DatasetCalibrator(
      dataset, for: float, preprocessing: preprocessing, samples: table.samples, log: log)
    return try log.attempt { () throws(Diagnostic) in
      try table.isMade(from: calibrator, inputs: float.inputNames) ? calibrator.indices : nil
    }
  }
}

extension Model {
  /// As many samples as need 64 billion multiply-adds, within bounds.
  func affordableSamples(_ bounds: ClosedRange<Int>) -> Int {
    min(bounds.upperBound, max(bounds.lowerBound, 64_000_000_000 / max(1, graph.macs)))
  }

  /// Opens samples for this model's inputs.
  public func dataset(
    _ path: String, part: DatasetPart, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Dataset {
    try log.attempt { () throws(Diagnostic) in
      try Dataset.open(path, part: part, inputs: inputNames, log: log)
    }
  }
}
