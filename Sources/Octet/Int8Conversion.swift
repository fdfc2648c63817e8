public import OctetData
public import OctetDiagnostics
import OctetIR
public import OctetQuantize

/// Where the ranges of an int8 conversion come from, and what its ends look like.
public struct Int8Options: Sendable {
  /// Samples: what `Dataset.open` reads.
  public var data: String?
  /// The file of a table made earlier; then no sample is run to calibrate.
  public var table: String?
  /// The file of a calibration cache of TensorRT: symmetric scales, which come before samples.
  public var cache: String?
  /// A file with the model's names for tensors that the cache calls otherwise: a JSON object.
  public var cacheNames: String?
  /// A file of ranges that come before all others: what `GivenRanges` reads.
  public var ranges: String?
  private(set) var ownRanges = GivenRanges()
  /// How ranges follow from the samples' values; nil for what loses least on held-back samples (`OCT0516`).
  public var algorithm: CalibrationAlgorithm?
  /// The algorithms of single tensors, by pattern of their names.
  public var exceptions: [(pattern: NamePattern, algorithm: CalibrationAlgorithm)] = []
  /// Tensors that get a zero point of 0, by pattern of their names.
  public var symmetric: [NamePattern] = []
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

  /// Gives a tensor the range from `low` to `high`, whatever samples, tables and files say; where `low` is `-high`, with
  /// zero point 0.
  ///
  /// The conversion logs `OCT0520` for a name that the model does not have. `low <= high`, both finite.
  public mutating func setDynamicRange(_ low: Float, _ high: Float, of tensor: String) {
    precondition(low <= high && low.isFinite && high.isFinite, "a range has finite ends in order")
    ownRanges.entries.append((tensor, .given(low: low, high: high)))
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
  case trying(String)
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

  /// Quantizes a converted float model. Its ranges are those that are given; the rest come from a table, TensorRT's
  /// cache or samples, or without these from training (`OCT0513`).
  ///
  /// - Parameters:
  ///   - given: the preprocessing the user asks for; nil for the table's or the model's own.
  ///   - progress: called after each batch of calibration, and before each thing that is tried to lose less.
  /// - Throws: after logging what is missing or does not fit (`OCT0501`...`OCT0525`).
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
    let calibration = DatasetCalibration(float, dataset, preprocessing, log: log)
    var table: CalibrationTable
    if let stored {
      table = stored
      if let dataset {
        used = try Self.samples(of: stored, in: dataset, float, preprocessing, log)
      } else {
        used = nil
      }
    } else if options.cache != nil {
      (table, used) = (try float.cachedTable(options, preprocessing, log: log), nil)
    } else if dataset == nil, float.graph.isTrainedForInt8 || options.givesRanges {
      table = CalibrationTable(of: float.graph, preprocessing: preprocessing.text)
      used = nil
    } else {
      table = try calibration.table(options) { progress($0) }
      used = try calibration.indices(of: table)
    }
    if let path = options.ranges {
      try table.take(try GivenRanges.read(path, log: log), of: float.graph, log: log)
    }
    try table.take(options.ownRanges, of: float.graph, log: log)
    self.float = float
    self.table = table
    let basis: QuantizedModel.Basis
    if options.target == nil, options.optimization == .none {
      basis = .none
    } else if options.target == nil, dataset == nil {
      basis = .normalizations
    } else {
      basis = .samples(
        try OptimizationSamples(
          try calibration.samples(), used: used, for: float, preprocessing, log: log))
    }
    model = try QuantizedModel(
      float, table, options, basis,
      calibrate: calibration.recalibration(like: table, options), log: log, progress: progress
    ).make()
  }

  /// Samples that the model may be fitted to and those that judge it; logs `OCT0501` and `OCT0511` where there are too few.
  func samples(log: DiagnosticLog) throws(DiagnosticFailure) -> OptimizationSamples {
    try OptimizationSamples(
      try DatasetCalibration(float, dataset, preprocessing, log: log).samples(), used: used,
      for: float, preprocessing, log: log)
  }

  /// How the model in the written file agrees with the float one, on samples that calibration has not
  /// used where there are any; nil without samples. Poor agreement is a warning (`OCT0509`).
  ///
  /// Takes up to 100 samples, fewer of a large model: as many as need 64 billion multiply-adds, but not
  /// fewer than 10.
  public func verify(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) -> Agreement? {
    guard dataset != nil else { return nil }
    return try agreement(
      of: try Model.open(path, ModelOptions(threads: float.threads), log: log), log: log)
  }

  /// How the quantized model agrees, as `verify` tells.
  func agreement(
    of written: Model, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Agreement? {
    guard let dataset else { return nil }
    var (candidates, kind) = (dataset.indices(without: used ?? []), "held-back")
    if used == nil { kind = "" }
    if candidates.isEmpty { (candidates, kind) = (Array(0..<dataset.count), "calibration") }
    let samples = Dataset.evenlySpaced(float.affordableSamples(10...100), among: candidates)
    let result = try Agreement.between(
      float, written, dataset, samples, kind: kind, preprocessing, log: log)
    if let warning = result.warning(at: written.path) { log.add(warning) }
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

extension Int8Options {
  fileprivate var givesRanges: Bool { ranges != nil || !ownRanges.entries.isEmpty }
}

extension Model {
  /// The scales of TensorRT's cache for this model's tensors.
  fileprivate func cachedTable(
    _ options: Int8Options, _ preprocessing: Preprocessing, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CalibrationTable {
    let path = options.cache ?? ""
    let names = try options.cacheNames.map { path throws(DiagnosticFailure) in
      try log.attempt { () throws(Diagnostic) in
        try TensorRTCache.names(parsing: try tableText(path), file: path)
      }
    }
    return try CalibrationTable(
      try TensorRTCache.read(path, log: log), names: names ?? [], of: graph,
      preprocessing: preprocessing.text, file: path, log: log)
  }

  /// As many samples as need so many multiply-adds, within bounds.
  func affordableSamples(_ bounds: ClosedRange<Int>, macs: Int = 64_000_000_000) -> Int {
    min(bounds.upperBound, max(bounds.lowerBound, macs / max(1, graph.macs)))
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
