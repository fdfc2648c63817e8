package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Runs a prepared graph on any number of float samples, whatever batch its inputs have: a group of
/// samples at a time, the last one filled up with its last sample.
package struct SampleLoop {
  package let prepared: PreparedGraph
  /// Samples a run.
  private let group: Int

  /// Throws `OCT0506` unless all inputs have one batch, and `OCT0701` for inputs that cannot be written as
  /// real numbers; with `readsOutputs` the same for outputs.
  package init(_ prepared: PreparedGraph, readsOutputs: Bool = true) throws(Diagnostic) {
    let batches = prepared.inputs.map { $0.extents.first ?? 1 }
    guard let first = batches.first else {
      throw Diagnostic(.sampleMismatch, "the model has no input to feed samples to")
    }
    group = first
    let outputs = readsOutputs ? prepared.outputs : []
    let others = batches + (first > 1 ? outputs.map { $0.extents.first ?? 1 } : [])
    guard others.allSatisfy({ $0 == first }) else {
      throw Diagnostic(
        .sampleMismatch,
        "the model's tensors differ in their first extent, so it has no samples to feed or read",
        tensors: (prepared.inputs + outputs).map { $0.type.text })
    }
    let unfit =
      prepared.inputs.first { !TensorView.writable.contains($0.element) }
      ?? outputs.first { !TensorView.readable.contains($0.element) }
    if let unfit {
      throw Diagnostic(
        .noKernel, "samples cannot be fed to or read from a model with \(unfit.element.name)",
        tensors: [unfit.type.text])
    }
    self.prepared = prepared
  }

  /// Prepares a graph for float samples, and logs what cannot be run or fed.
  ///
  /// - Parameters:
  ///   - observing: whether all tensors will be looked at, and then no outputs read.
  ///   - place: of the model, for diagnostics.
  package init(
    _ graph: Graph, threads: Int, observing: Bool = false, at place: Location? = nil,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let prepared = try PreparedGraph(
      graph, threads: threads, keepsAllTensors: observing, log: log)
    self = try log.attempt(at: place) { () throws(Diagnostic) in
      try SampleLoop(prepared, readsOutputs: !observing)
    }
  }

  /// The elements of one sample in a tensor of the graph.
  private func sampleCount(_ view: TensorView) -> Int { view.count / group }

  /// Feeds `batch`, one float32 tensor [n, …] an input, group by group.
  ///
  /// - Parameter body: runs the graph; it is told which samples the inputs hold.
  /// - Precondition: the tensors have the inputs' extents but the first.
  package func forEachGroup<Failure: Error>(
    of batch: [Tensor], _ body: (Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    let count = batch.first?.extents.first ?? 0
    for start in stride(from: 0, to: count, by: group) {
      for (tensor, input) in zip(batch, prepared.inputs) {
        let size = sampleCount(input)
        let source = tensor.storage.bytes.bindMemory(to: Float.self)
        precondition(source.count == count * size, "a tensor does not fit its input")
        for slot in 0..<group {
          let first = min(start + slot, count - 1) * size
          input.write(
            UnsafeBufferPointer(rebasing: source[first..<first + size]), at: slot * size)
        }
      }
      try body(start..<min(start + group, count))
    }
  }

  /// Runs the graph on `batch`; `body` gets the real outputs of each sample. Logs what a run has found wrong with its
  /// numbers (`PreparedGraph.requireSoundRun`) and ends there.
  package func run(
    _ batch: [Tensor], log: DiagnosticLog, _ body: (_ sample: Int, _ outputs: [[Float]]) -> Void
  ) throws(DiagnosticFailure) {
    try forEachGroup(of: batch) { samples throws(DiagnosticFailure) in
      prepared.invoke()
      try log.attempt { () throws(Diagnostic) in try prepared.requireSoundRun() }
      for (slot, sample) in samples.enumerated() {
        let outputs = prepared.outputs.map { output in
          let size = sampleCount(output)
          return (slot * size..<(slot + 1) * size).map { output.real($0) }
        }
        body(sample, outputs)
      }
    }
  }
}
