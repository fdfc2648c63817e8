public import OctetDiagnostics
import OctetIR
public import OctetQuantize

extension Model {
  /// Runs the calibrator's samples through the model, which has been converted (`optimized`), and
  /// gives the range of every tensor.
  public func calibrated(
    _ calibrator: any Calibrator, preprocessing: String = "", log: DiagnosticLog,
    progress: (CalibrationProgress) -> Void = { _ in }
  ) throws(DiagnosticFailure) -> CalibrationTable {
    try Calibration(graph, threads: threads, log: log).run(
      calibrator, preprocessing: preprocessing, progress: progress)
  }

  /// The full-integer form of a converted float model.
  public func quantized(
    _ table: CalibrationTable, inputType: InterfaceType = .int8, outputType: InterfaceType = .int8,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    var result = self
    result.graph = try Quantizer.quantize(
      graph, table, inputType: inputType, outputType: outputType, log: log)
    return result
  }

  /// A converted float model with weights of half precision, which are turned into float32 when the model is prepared.
  public func withFloat16Weights(log: DiagnosticLog) throws(DiagnosticFailure) -> Model {
    var result = self
    result.graph = try graph.withFloat16Weights(log: log)
    return result
  }

  /// A converted float model with int8 weights, whose layers quantize their float32 inputs when they run; needs no
  /// samples.
  public func withDynamicRange(log: DiagnosticLog) throws(DiagnosticFailure) -> Model {
    var result = self
    result.graph = try graph.withDynamicRange(log: log)
    return result
  }

  /// The scales that TensorRT takes for this converted float model, by the ranges of its table.
  public func tensorRTCache(_ table: CalibrationTable) -> TensorRTCache {
    TensorRTCache(table, of: graph)
  }

  /// Logs `OCT0503` when the table was made for another model, with the tensors that differ.
  public func check(
    _ table: CalibrationTable, file: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let place = Location(file: file, format: "calibration table")
    try log.attempt(at: place) { () throws(Diagnostic) in try table.check(fits: graph) }
  }
}
