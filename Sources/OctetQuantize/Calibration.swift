package import OctetDiagnostics
package import OctetIR
import OctetOps
import OctetRuntime

/// What is known while calibration runs.
public struct CalibrationProgress: Sendable {
  /// From 0.
  public let batch: Int
  public let samplesInBatch: Int
}

/// Runs a float graph on a calibrator's samples and measures the range of every tensor.
package struct Calibration {
  private let graph: Graph
  private let threads: Int
  private let log: DiagnosticLog

  package init(_ graph: Graph, threads: Int = 1, log: DiagnosticLog) {
    self.graph = graph
    self.threads = threads
    self.log = log
  }

  /// The ranges of all float32 tensors that are not constants, by name.
  ///
  /// Logs what `statistics` does, and `OCT0503` for a cached table of another model.
  package func run(
    _ calibrator: any Calibrator, preprocessing: String, progress: (CalibrationProgress) -> Void
  ) throws(DiagnosticFailure) -> CalibrationTable {
    try graph.requireFloat(log)
    if let cached = try log.attempt({ () throws(Diagnostic) in try calibrator.readCache() }) {
      try log.attempt { () throws(Diagnostic) in try cached.check(fits: graph) }
      return cached
    }
    let table = try statistics(
      calibrator, counting: calibrator.algorithm.needsCounts, preprocessing: preprocessing,
      progress: progress
    ).table(for: graph, CalibrationRules(calibrator.algorithm), own: calibrator.range)
    try log.attempt { () throws(Diagnostic) in try calibrator.writeCache(table) }
    return table
  }

  /// What the samples' tensors hold.
  ///
  /// Logs `OCT0504` and `OCT0510` for models that cannot become int8, `OCT0501` without samples, `OCT0505` at the
  /// first tensor with a value that is not finite, `OCT0506` for a batch that does not fit the inputs.
  ///
  /// - Parameters:
  ///   - counts: whether the values are counted; else they are only where every algorithm needs it.
  ///   - shard: which part of a run's samples the calibrator gives.
  package func statistics(
    _ calibrator: any Calibrator, counting counts: Bool, preprocessing: String,
    shard: CalibrationStatistics.Shard = .whole, progress: (CalibrationProgress) -> Void
  ) throws(DiagnosticFailure) -> CalibrationStatistics {
    try graph.requireFloat(log)
    let loop = try SampleLoop(graph, threads: threads, observing: true, log: log)
    let batchSize = calibrator.batchSize
    let names = graph.inputs.map { graph[$0].name }
    let counted = counts ? nil : graph.fittedValues()
    var histograms = [Histogram](repeating: Histogram(), count: graph.values.count)
    var result = CalibrationStatistics(of: graph, preprocessing: preprocessing, shard: shard)
    var batch = 0
    while let tensors = try log.attempt({ () throws(Diagnostic) in
      try calibrator.nextBatch(names)
    }) {
      let count = try check(tensors, loop.prepared, batchSize)
      try measure(tensors, loop, counted, &histograms)
      result.samples += count
      result.data &+= CalibrationTable.dataHash(tensors, pool: loop.prepared.pool)
      progress(CalibrationProgress(batch: batch, samplesInBatch: count))
      batch += 1
    }
    if result.samples == 0 {
      throw log.failure(
        Diagnostic(.noSamples, "the calibrator gave no sample", help: "give --calibration-data"))
    }
    for (place, id) in graph.activations.enumerated() {
      result.tensors[place].values = histograms[id.index]
    }
    return result
  }

  /// The number of samples in a batch.
  private func check(
    _ tensors: [Tensor], _ prepared: PreparedGraph, _ batchSize: Int
  ) throws(DiagnosticFailure) -> Int {
    guard tensors.count == prepared.inputs.count else {
      throw log.failure(
        Diagnostic(
          .sampleMismatch,
          "the batch has \(tensors.count) tensors for \(prepared.inputs.count) inputs"))
    }
    let count = tensors.first?.extents.first ?? 0
    for (tensor, input) in zip(tensors, prepared.inputs) {
      guard tensor.type.element == .float32, tensor.extents.first == count,
        tensor.extents.dropFirst().elementsEqual(input.extents.dropFirst()), count >= 1,
        count <= batchSize
      else {
        throw log.failure(
          Diagnostic(
            .sampleMismatch,
            "a batch of \(tensor.type.text) does not fit the input \(input.type.text)"))
      }
    }
    return count
  }

  private func measure(
    _ tensors: [Tensor], _ loop: SampleLoop, _ counted: Set<ValueID>?,
    _ histograms: inout [Histogram]
  ) throws(DiagnosticFailure) {
    let pool = loop.prepared.pool
    try loop.forEachGroup(of: tensors) { _ throws(DiagnosticFailure) in
      var culprit: ValueID?
      loop.prepared.invoke { id, view in
        guard culprit == nil, view.element == .float32, !view.isConstant else { return }
        let values = UnsafeBufferPointer(start: view.float32, count: view.count)
        let isFinite =
          counted?.contains(id) ?? true
          ? histograms[id.index].add(values, pool: pool)
          : histograms[id.index].extend(to: values, pool: pool)
        if !isFinite { culprit = id }
      }
      try log.attempt { () throws(Diagnostic) in try loop.prepared.requireSoundRun() }
      if let culprit { try fail(notFinite: culprit) }
    }
  }

  private func fail(notFinite id: ValueID) throws(DiagnosticFailure) {
    let maker = graph.nodes.first { $0.outputs.contains(id) }
    throw log.failure(
      Diagnostic(
        .notFinite,
        "tensor '\(graph[id].name)' takes values that are not finite during calibration",
        at: maker?.location,
        notes: ["it is the first such tensor; all before it are finite"],
        help: maker == nil
          ? "look at the samples and --preprocess" : "look at the weights of this layer",
        tensors: [graph[id].text]))
  }
}
