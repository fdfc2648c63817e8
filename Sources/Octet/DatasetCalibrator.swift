public import OctetData
public import OctetDiagnostics
public import OctetIR
import OctetKernels
public import OctetQuantize

/// Feeds evenly spaced samples of a data set to calibration.
public final class DatasetCalibrator: Calibrator {
  public let algorithm: CalibrationAlgorithm
  public let batchSize: Int
  /// The samples that are used, ascending.
  public let indices: [Int]
  private let feeder: SampleFeeder
  private var position = 0

  /// - Parameters:
  ///   - samples: how many samples to take, evenly spaced; all if there are fewer.
  ///   - batchSize: samples a batch.
  public convenience init(
    _ dataset: Dataset, for model: Model, preprocessing: Preprocessing,
    algorithm: CalibrationAlgorithm = .minMax, samples: Int = 500, batchSize: Int = 64,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    try self.init(
      dataset, for: model, preprocessing: preprocessing, algorithm: algorithm,
      indices: Dataset.evenlySpaced(samples, of: dataset.count), batchSize: batchSize, log: log)
  }

  /// - Parameter indices: which samples to take, ascending.
  init(
    _ dataset: Dataset, for model: Model, preprocessing: Preprocessing,
    algorithm: CalibrationAlgorithm = .minMax, indices: [Int], batchSize: Int = 64,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    self.algorithm = algorithm
    self.batchSize = batchSize
    self.indices = indices
    feeder = try SampleFeeder(dataset, model, preprocessing, log: log)
  }

  public func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]? {
    guard position < indices.count else { return nil }
    let batch = indices[position..<min(position + batchSize, indices.count)]
    position += batch.count
    return try feeder.batch(Array(batch))
  }

  public func readCache() throws(Diagnostic) -> CalibrationTable? { nil }

  public func writeCache(_ table: CalibrationTable) throws(Diagnostic) {}
}

/// Reads samples in the shapes of a model's inputs.
struct SampleFeeder {
  private let dataset: Dataset
  private let preprocessing: Preprocessing
  /// The inputs' names and extents without the batch.
  private let inputs: [(name: String, extents: [Int])]
  /// Its threads share the samples of a batch.
  private let pool: WorkPool

  /// Warns where the preprocessing does not apply to the samples (`OCT0806`).
  init(
    _ dataset: Dataset, _ model: Model, _ preprocessing: Preprocessing, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    try log.attempt { () throws(Diagnostic) in
      try dataset.warnIfUnused(preprocessing, log: log)
    }
    self.dataset = dataset
    self.preprocessing = preprocessing
    pool = WorkPool(threads: model.threads)
    inputs = model.graph.inputs.map { id in
      let value = model.graph[id]
      return (value.name, Array((value.type.shape.extents ?? []).dropFirst()))
    }
  }

  /// One float32 tensor an input, of shape [samples, ...].
  func batch(_ samples: [Int]) throws(Diagnostic) -> [Tensor] {
    var tensors: [Tensor] = []
    for (position, input) in inputs.enumerated() {
      let size = input.extents.reduce(1, *)
      let storage = Storage(byteCount: samples.count * size * MemoryLayout<Float>.stride)
      let values = storage.mutableBytes.bindMemory(to: Float.self)
      var failures = [Diagnostic?](repeating: nil, count: samples.count)
      failures.withUnsafeMutableBufferPointer { failures in
        pool.run(
          Work(count: samples.count) { [dataset, preprocessing, failures] slot, _ in
            let place = values[slot * size..<(slot + 1) * size]
            do throws(Diagnostic) {
              try dataset.sample(
                samples[slot], input: position, shape: input.extents,
                preprocessing: preprocessing, into: UnsafeMutableBufferPointer(rebasing: place))
            } catch {
              failures[slot] = error
            }
          })
      }
      for case let failure? in failures { throw failure }
      tensors.append(Tensor(TensorType(.float32, [samples.count] + input.extents), storage))
    }
    return tensors
  }
}
