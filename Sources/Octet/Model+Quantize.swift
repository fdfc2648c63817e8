public import OctetDiagnostics
import OctetIR
public import OctetQuantize
import OctetTFLite

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

  /// The quantized form of a converted float model.
  ///
  /// - Parameters:
  ///   - inputType: nil for the type that the layers behind an input compute in, the widest if there are several.
  ///   - outputType: nil for the type that a result is stored as.
  ///   - layers: which layers compute in something else than int8.
  public func quantized(
    _ table: CalibrationTable, inputType: InterfaceType? = nil, outputType: InterfaceType? = nil,
    layers: LayerTypes = LayerTypes(), weightScales: WeightScales = .perChannel, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    var options = QuantizerOptions(inputType: inputType, outputType: outputType)
    options.layers = layers
    options.weightScales = weightScales
    try layers.check(fits: graph, log)
    return try quantized(table, options, log: log)
  }

  func quantized(
    _ table: CalibrationTable, _ options: QuantizerOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    var result = self
    result.graph = try Quantizer.quantize(graph, table, options, log: log)
    return result
  }

  /// Logs what keeps layers from becoming what they are to be (`OCT0504`, `OCT0510`, `OCT0522`), else which stay float32
  /// (`OCT0523`).
  func check(_ layers: LayerTypes, log: DiagnosticLog) throws(DiagnosticFailure) {
    try graph.requireFloat(log)
    try layers.check(fits: graph, log)
    let resolved = layers.resolved(for: graph)
    try graph.requireForms(resolved, log)
    if let remark = graph.remarkOnFloatLayers(resolved) { log.add(remark) }
  }

  /// A converted float model with weights of half precision, which are turned into float32 when the model is prepared.
  public func withFloat16Weights(log: DiagnosticLog) throws(DiagnosticFailure) -> Model {
    var result = self
    result.graph = try graph.withFloat16Weights(log: log)
    result.metadata.dropConversion()
    return result
  }

  /// A converted float model with int8 weights, whose layers quantize their float32 inputs when they run; needs no
  /// samples.
  public func withDynamicRange(log: DiagnosticLog) throws(DiagnosticFailure) -> Model {
    var result = self
    result.graph = try graph.withDynamicRange(log: log)
    result.metadata.dropConversion()
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
