import OctetDiagnostics
import OctetIR
import OctetQuantize

/// Makes the quantized form of a float model as the options ask: with layers of other types to reach a target,
/// and with what loses less.
struct QuantizedModel {
  /// What tells how to lose less.
  enum Basis {
    case none
    /// What batch normalizations say of the data that they were trained with.
    case normalizations
    case samples(OptimizationSamples)
  }

  private let float: Model
  private let table: CalibrationTable
  private let options: Int8Options
  private let basis: Basis
  private let calibrate: ((Graph) throws(DiagnosticFailure) -> CalibrationTable)?
  private let log: DiagnosticLog
  private let progress: (Int8Progress) -> Void

  /// - Parameters:
  ///   - calibrate: measures the ranges of a changed float graph; nil where they are given.
  init(
    _ float: Model, _ table: CalibrationTable, _ options: Int8Options,
    _ basis: Basis,
    calibrate: ((Graph) throws(DiagnosticFailure) -> CalibrationTable)?, log: DiagnosticLog,
    progress: @escaping (Int8Progress) -> Void
  ) {
    self.float = float
    self.table = table
    self.options = options
    self.basis = basis
    self.calibrate = calibrate
    self.log = log
    self.progress = progress
  }

  func make() throws(DiagnosticFailure) -> Model {
    var model = try float.quantized(table, options.quantizer, log: log)
    for found in Int8Check(model.graph).found(joins: false) {
      log.add(found.located(Location(file: float.path)))
    }
    let samples: OptimizationSamples
    switch basis {
    case .none: return model
    case .normalizations:
      let (graph, layers) = AnalyticBiases.corrected(model.graph, madeFrom: float.graph)
      log.add(Self.remark(onCorrected: layers))
      model.graph = graph
      return model
    case .samples(let given): samples = given
    }
    guard let target = options.target else {
      let held = try OutputFidelity(
        of: float.graph, samples: samples.held, threads: float.threads, log: log)
      let wide = try wideHeads(held)
      var result = try optimized(wide?.layers ?? options.layers, fit: samples.fit, held: held)
      if let wide {
        result.trials.insert(wide.trial, at: 0)
        result.before = wide.before
      }
      log.add(result.remark)
      model.graph = result.graph
      return model
    }
    let measure = try TargetMeasure(
      target, of: float.graph, samples: samples.held, threads: float.threads, log: log)
    var refinement = Refinement(
      of: model.graph, madeFrom: float.graph, samples: samples.fit, threads: float.threads,
      log: log)
    let search = PrecisionSearch(
      float.graph, given: options.layers, measure, log: log,
      quantize: { layers throws(DiagnosticFailure) in
        try quantized(float.graph, table, layers)
      },
      finish: options.optimization == .none
        ? nil
        : { layers, isAnew throws(DiagnosticFailure) in
          refinement.quantized = try quantized(float.graph, table, layers)
          return try refinement.refined(
            roundsWeights: options.optimization == .best, correctsBiases: true, isAnew: isAnew)
        },
      progress: { progress(.searching($0)) })
    let result = try search.run()
    log.add(result.remark(measure, calibrator: options.algorithm == nil ? table.algorithm : nil))
    model.graph = result.graph
    return model
  }

  /// The layers that make the outputs of a detector in int16, where the outputs have no type that was asked for: one scale of 8 bits
  /// holds scores beyond 20 and places within a pixel. Nil where there are none or too little is gained.
  private func wideHeads(
    _ held: OutputFidelity
  ) throws(DiagnosticFailure) -> (layers: LayerTypes, trial: Optimizer.Trial, before: Double)? {
    guard options.outputType == nil || options.outputType == .float32 else { return nil }
    var layers = options.layers
    let heads = float.graph.heads(leaving: options.layers)
    if heads.isEmpty { return nil }
    progress(.trying("\(counted(heads.count, "head")) in int16"))
    for head in heads { layers.setPrecision(.int16, ofTensor: head) }
    let before = try held.decibels(
      of: try quantized(float.graph, table, options.layers), log: log)
    let decibels = try held.decibels(of: try quantized(float.graph, table, layers), log: log)
    // Places are small numbers beside scores: boxes feel what the ratio of both hardly shows.
    let least = float.detector == nil ? Self.worthWidening : 0
    guard decibels > before + least else { return nil }
    let trial = Optimizer.Trial(
      text: "\(counted(heads.count, "head")) in int16: "
        + heads.map { "'\($0)'" }.joined(separator: ", "),
      decibels: decibels, isKept: true)
    return (layers, trial, before)
  }

  private static func remark(onCorrected layers: Int) -> Diagnostic {
    if layers == 0 {
      var warning = Diagnostic(
        .noSamples, "--optimize has nothing to go by, so the model is as it is without",
        notes: [
          "there are no samples, and no batch normalization tells of the numbers that a layer reads"
        ],
        helps: [.init("give some samples", arguments: ["--calibration-data", "DATA"])])
      warning.severity = .warning
      return warning
    }
    return Diagnostic(
      .optimized,
      "the biases of \(counted(layers, "layer")) are corrected by what batch normalizations tell",
      notes: ["without samples nothing else is tried, and what it gains is not measured"],
      help: "give --calibration-data, and more is done")
  }

  /// The gain in dB that another type of the outputs is worth.
  private static let worthWidening = 0.3

  /// Logs nothing: what there is to say of the scales has been said of the model as it stood.
  private func quantized(
    _ graph: Graph, _ table: CalibrationTable, _ layers: LayerTypes
  ) throws(DiagnosticFailure) -> Graph {
    var options = options.quantizer
    options.layers = layers
    return try Quantizer.quantize(graph, table, options, log: DiagnosticLog())
  }

  private func optimized(
    _ layers: LayerTypes, fit: [Tensor], held: OutputFidelity
  ) throws(DiagnosticFailure) -> Optimizer.Result {
    let optimizer = Optimizer(
      float.graph, fit: fit, held: held, threads: float.threads, log: log,
      quantize: { graph, table throws(DiagnosticFailure) in
        try quantized(graph, table, layers)
      }, calibrate: calibrate, progress: { progress(.trying($0)) })
    return try optimizer.run(table, options.optimization)
  }
}

extension Graph {
  /// The outputs that layers with weights make, of up to 4 % of the multiplications together; none where an output is a list of class
  /// scores, or where `given` says something of such a layer.
  fileprivate func heads(leaving given: LayerTypes) -> [String] {
    let isGiven = given.resolved(for: self).isGiven
    let makers = producers()
    var (names, macs) = ([String](), 0)
    for output in outputs {
      guard let maker = makers[output.index],
        !ClassScore.isList(self[output].type.shape.extents ?? []),
        case .int8(let rule) = nodes[maker].op.quantization, rule.weights != nil, !isGiven[maker]
      else { return [] }
      names.append(self[output].name)
      macs += nodes[maker].macs(in: self) ?? 0
    }
    return macs * 25 <= self.macs ? names : []
  }
}

extension PrecisionSearch.Result {
  /// Which layers the target took, and what each costs in int8.
  ///
  /// - Parameter calibrator: how the table was made, when that was chosen.
  fileprivate func remark(_ measure: TargetMeasure, calibrator: String?) -> Diagnostic {
    let metric = measure.metric
    let reached =
      "\(metric.text) is reached on \(counted(measure.fidelity.sampleCount, "held-back sample"))"
    guard !chosen.isEmpty else {
      return Diagnostic(.targetReached, "\(reached) by int8 alone: \(metric.text(before))")
    }
    return Diagnostic(
      .targetReached,
      "\(reached) with \(chosen.count) of \(groupCount) groups of layers in int16: "
        + "\(metric.text(after)), \(metric.text(before)) without",
      notes: chosen.map { group in
        let others = group.layers.dropFirst().map { "'\($0.name)'" }
        return "'\(group.name)'"
          + (others.isEmpty ? "" : " with " + others.joined(separator: ", "))
          + ": \(group.macs) multiplications; \(decimals(group.decibels, 1)) dB where it alone is int8"
      },
      helps: [
        .init(
          "the same without a search",
          arguments: (CalibrationAlgorithm(calibrator ?? "").map { ["--calibrator", $0.text] } ?? [])
            + chosen.flatMap { $0.layers }.flatMap {
              ["--precision", "\($0.name)=\($0.precision.rawValue)"]
            })
      ])
  }
}
