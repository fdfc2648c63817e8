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

  /// The range of the tensor `name` by a rule of the calibrator's own; nil for the one that `algorithm` gives.
  ///
  /// - Parameter values: all that were seen of it. Its counts are empty where `algorithm` is `minMax` and needs none.
  func range(of name: String, _ values: Histogram) -> CalibrationTable.Range?
}

extension Calibrator {
  public func range(of name: String, _ values: Histogram) -> CalibrationTable.Range? { nil }
}
