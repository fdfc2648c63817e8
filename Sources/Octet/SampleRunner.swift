import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime

/// Runs a prepared model on samples, whatever its batch: several at once where it takes several, the
/// last group filled up.
struct SampleRunner {
  private let prepared: PreparedGraph
  private let group: Int

  init(_ model: Model, log: DiagnosticLog) throws(DiagnosticFailure) {
    prepared = try PreparedGraph(model.graph, log: log)
    group = max(1, prepared.inputs.first?.extents.first ?? 1)
    for view in prepared.inputs + prepared.outputs {
      guard [.float32, .int8, .uint8].contains(view.element) else {
        throw log.failure(
          Diagnostic(
            .noKernel, "samples cannot be fed to or read from a model with \(view.element.name)",
            at: Location(file: model.path), tensors: [view.type.text]))
      }
    }
  }

  /// Calls `body` with the real outputs of each sample of a batch made by `SampleFeeder`.
  func run(_ batch: [Tensor], _ body: (_ sample: Int, _ outputs: [[Float]]) -> Void) {
    let count = batch.first?.extents.first ?? 0
    for start in stride(from: 0, to: count, by: group) {
      for (tensor, input) in zip(batch, prepared.inputs) {
        let size = input.count / group
        let source = tensor.storage.bytes.bindMemory(to: Float.self)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: input.count) { values in
          for slot in 0..<group {
            let sample = min(start + slot, count - 1)
            for i in 0..<size { values[slot * size + i] = source[sample * size + i] }
          }
          input.write(UnsafeBufferPointer(values))
        }
      }
      prepared.invoke()
      for slot in 0..<min(group, count - start) {
        let outputs = prepared.outputs.map { output in
          let size = output.count / group
          return (slot * size..<(slot + 1) * size).map { output.real($0) }
        }
        body(start + slot, outputs)
      }
    }
  }
}
