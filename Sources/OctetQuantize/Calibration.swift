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
  /// Logs `OCT0504` for inputs that are not float32, `OCT0510` for a quantized model, `OCT0501` without samples,
  /// `OCT0503` for a cached table of another model, `OCT0505` at the first tensor with a value that is
  /// not finite, `OCT0506` for a batch that does not fit the inputs.
  package func run(
    _ calibrator: any Calibrator, preprocessing: String, progress: (CalibrationProgress) -> Void
  ) throws(DiagnosticFailure) -> CalibrationTable {
    try graph.requireFloat(log)
    if let cached = try log.attempt({ () throws(Diagnostic) in try calibrator.readCache() }) {
      try log.attempt { () throws(Diagnostic) in try cached.check(fits: graph) }
      return cached
    }
    let loop = try SampleLoop(graph, threads: threads, observing: true, log: log)
    let batchSize = calibrator.batchSize
    let names = graph.inputs.map { graph[$0].name }
    // The range between extremes needs no counts.
    let counted = calibrator.algorithm == .minMax ? graph.fittedValues() : nil
    var histograms = [Histogram](repeating: Histogram(), count: graph.values.count)
    var samples = 0
    var batch = 0
    var data: UInt64 = 0
    while let tensors = try log.attempt({ () throws(Diagnostic) in
      try calibrator.nextBatch(names)
    }) {
      let count = try check(tensors, loop.prepared, batchSize)
      try measure(tensors, loop, counted, &histograms)
      samples += count
      data &+= CalibrationTable.dataHash(tensors, pool: loop.prepared.pool)
      progress(CalibrationProgress(batch: batch, samplesInBatch: count))
      batch += 1
    }
    if samples == 0 {
      throw log.failure(
        Diagnostic(.noSamples, "the calibrator gave no sample", help: "give --calibration-data"))
    }
    var ranges = histograms.map { $0.range(calibrator.algorithm) }
    graph.fitActivations(histograms, &ranges)
    let entries = zip(graph.values, ranges).compactMap { value, range in
      value.constant == nil && value.type.element == .float32 ? (value.name, range) : nil
    }
    let table = CalibrationTable(
      algorithm: calibrator.algorithm, model: graph.contentHash, preprocessing: preprocessing,
      data: ContentHash.text(data), samples: samples, entries: entries)
    try log.attempt { () throws(Diagnostic) in try calibrator.writeCache(table) }
    return table
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
