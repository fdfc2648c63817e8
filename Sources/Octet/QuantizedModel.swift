import OctetDiagnostics
import OctetIR
import OctetQuantize

/// Makes the quantized form of a float model as the options ask: with layers of other types to reach a target,
/// and with what loses less.
struct QuantizedModel {
  private let float: Model
  private let table: CalibrationTable
  private let options: Int8Options
  private let samples: OptimizationSamples?
  private let log: DiagnosticLog
  private let progress: (Int8Progress) -> Void

  /// - Parameter samples: nil where the options need none.
  init(
    _ float: Model, _ table: CalibrationTable, _ options: Int8Options,
    samples: OptimizationSamples?, log: DiagnosticLog,
    progress: @escaping (Int8Progress) -> Void
  ) {
    self.float = float
    self.table = table
    self.options = options
    self.samples = samples
    self.log = log
    self.progress = progress
  }

  func make() throws(DiagnosticFailure) -> Model {
    var model = try float.quantized(table, options.quantizer, log: log)
    guard let samples else { return model }
    guard let target = options.target else {
      let result = try optimized(options.layers, samples)
      log.add(result.remark)
      model.graph = result.graph
      return model
    }
    let measure = try TargetMeasure(
      target, of: float.graph, samples: samples.held, threads: float.threads, log: log)
    let search = PrecisionSearch(
      float.graph, given: options.layers, measure, log: log,
      quantize: { layers throws(DiagnosticFailure) in
        try quantized(float.graph, table, layers)
      },
      finish: options.optimization == .none
        ? nil
        : { layers throws(DiagnosticFailure) in try refined(layers, samples) },
      progress: { progress(.searching($0)) })
    let result = try search.run()
    log.add(result.remark(measure))
    model.graph = result.graph
    return model
  }

  /// Fitted to the samples but for what has to be tried layer by layer.
  private func refined(
    _ layers: LayerTypes, _ samples: OptimizationSamples
  ) throws(DiagnosticFailure) -> Graph {
    var refinement = Refinement(
      of: try quantized(float.graph, table, layers), madeFrom: float.graph, samples: samples.fit,
      threads: float.threads, log: log)
    return try refinement.refined(
      roundsWeights: options.optimization == .best, correctsBiases: true)
  }

  /// Logs nothing: what there is to say of the scales has been said of the model as it stood.
  private func quantized(
    _ graph: Graph, _ table: CalibrationTable, _ layers: LayerTypes
  ) throws(DiagnosticFailure) -> Graph {
    var options = options.quantizer
    options.layers = layers
    return try Quantizer.quantize(graph, table, options, log: DiagnosticLog())
  }

  private func optimized(
    _ layers: LayerTypes, _ samples: OptimizationSamples
  ) throws(DiagnosticFailure) -> Optimizer.Result {
    let optimizer = try Optimizer(
      float.graph, fit: samples.fit, held: samples.held, threads: float.threads, log: log,
      quantize: { graph, table throws(DiagnosticFailure) in
        try quantized(graph, table, layers)
      }, progress: { progress(.optimizing($0)) })
    return try optimizer.run(table, options.optimization)
  }
}

extension PrecisionSearch.Result {
  /// Which layers the target took, and what each costs in int8.
  fileprivate func remark(_ measure: TargetMeasure) -> Diagnostic {
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
          arguments: chosen.flatMap { $0.layers }.flatMap {
            ["--precision", "\($0.name)=\($0.precision.rawValue)"]
          })
      ])
  }
}
