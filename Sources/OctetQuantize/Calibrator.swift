public import OctetDiagnostics
public import OctetIR

/// Feeds samples to calibration, as TensorRT's `IInt8Calibrator` does.
///
/// Calibration calls `readCache` first; a table it returns is used and no sample is asked for.
/// Otherwise `batchSize` is asked once, `nextBatch` until it gives nil, and `writeCache` is called with
/// the result.
///
/// ```swift
/// final class MyCalibrator: Calibrator {
///   let algorithm = CalibrationAlgorithm.entropy
///   let batchSize = 32
///   func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]? { … }
///   func readCache() throws(Diagnostic) -> CalibrationTable? { nil }
///   func writeCache(_ table: CalibrationTable) throws(Diagnostic) {}
/// }
/// ```
public protocol Calibrator: AnyObject {
  var algorithm: CalibrationAlgorithm { get }

  /// The most samples in one batch.
  var batchSize: Int { get }

  /// One float32 tensor for each of the model's inputs `names`, in that order, of shape [n, ...] with
  /// 1 <= n <= `batchSize` and the input's other extents, preprocessed; nil when there are no more.
  func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]?

  /// A table made earlier, or nil to calibrate.
  func readCache() throws(Diagnostic) -> CalibrationTable?

  /// Takes the finished table.
  func writeCache(_ table: CalibrationTable) throws(Diagnostic)
}

/// How a tensor's range follows from its values.
public enum CalibrationAlgorithm: String, Sendable, CaseIterable {
  /// The smallest and the largest value. Before an activation that shrinks negative numbers, with every
  /// algorithm, the lower end is the one with the least error after it.
  case minMax = "min-max"
  /// The threshold with the least loss of information (Kullback-Leibler divergence) between the
  /// values and their quantized form; TensorRT's 'entropy calibration 2'. A tensor of which fewer than
  /// 2048 values are seen gets its extremes.
  case entropy
}
