package import OctetDiagnostics
package import OctetIR
import OctetRuntime

/// How near a quantized model must come to the float one, on samples that were held back.
public enum TargetMetric: Sendable, Equatable {
  /// At least this ratio of signal to noise of the outputs in dB, averaged over outputs and samples.
  case sqnr(decibels: Double)
  /// At most this part of the samples, 0...1, has another best class than the float model gives.
  case top1Drop(Double)

  /// Reads `sqnr=30dB` or `top1-drop=0.1%`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { return nil }
    func number(_ unit: String) -> Double? {
      let digits = parts[1].hasSuffix(unit) ? parts[1].dropLast(unit.count) : parts[1][...]
      return Double(digits).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
    switch parts[0] {
    case "sqnr":
      guard let decibels = number("dB") else { return nil }
      self = .sqnr(decibels: decibels)
    case "top1-drop":
      guard let number = number("%") else { return nil }
      let part = parts[1].hasSuffix("%") ? number / 100 : number
      guard part <= 1 else { return nil }
      self = .top1Drop(part)
    default: return nil
    }
  }

  /// As `--target-metric` takes it.
  public var text: String {
    switch self {
    case .sqnr(let decibels): "sqnr=\(decibels)dB"
    case .top1Drop(let part): "top1-drop=\(part * 100)%"
    }
  }

  /// Whether a value of the metric will do.
  package func isReached(by value: Double) -> Bool {
    switch self {
    case .sqnr(let decibels): value >= decibels
    case .top1Drop(let part): value <= part
    }
  }

  /// A value of the metric in words.
  package func text(_ value: Double) -> String {
    switch self {
    case .sqnr: "\((value * 10).rounded() / 10) dB"
    case .top1Drop: "\((value * 10_000).rounded() / 100) % of best classes changed"
    }
  }
}

/// Measures a metric of quantized graphs.
package struct TargetMeasure {
  package let metric: TargetMetric
  package let fidelity: OutputFidelity
  private let samples: [Tensor]
  private let threads: Int
  /// The float graph's best class of each sample.
  private var best: [Int] = []

  /// Logs `OCT0524` for classes of a model that has no single output of scores.
  ///
  /// - Parameter samples: one float32 tensor [n, …] an input.
  package init(
    _ metric: TargetMetric, of graph: Graph, samples: [Tensor], threads: Int, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    self.metric = metric
    self.samples = samples
    self.threads = threads
    fidelity = try OutputFidelity(of: graph, samples: samples, threads: threads, log: log)
    guard case .top1Drop = metric else { return }
    let extents = graph.outputs.count == 1 ? graph[graph.outputs[0]].type.shape.extents ?? [] : []
    guard extents.dropFirst().reduce(1, *) > 1 else {
      throw log.failure(
        Diagnostic(
          .targetMissed, "top1-drop needs a model with one output of scores",
          helps: [.init("measure the outputs", arguments: ["--target-metric", "sqnr=30dB"])],
          tensors: graph.outputs.map { graph[$0].text }))
    }
    best = try classes(of: graph, log)
  }

  package func value(of graph: Graph, log: DiagnosticLog) throws(DiagnosticFailure) -> Double {
    guard case .top1Drop = metric else { return try fidelity.decibels(of: graph, log: log) }
    let found = try classes(of: graph, log)
    return Double(zip(best, found).filter { $0 != $1 }.count) / Double(max(best.count, 1))
  }

  private func classes(
    of graph: Graph, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [Int] {
    var classes: [Int] = []
    try SampleLoop(graph, threads: threads, log: log).run(samples, log: log) { _, outputs in
      let scores = outputs[0]
      classes.append(scores.indices.max { scores[$0] < scores[$1] } ?? 0)
    }
    return classes
  }
}
