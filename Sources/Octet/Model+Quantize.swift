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
    try Calibration(graph, log: log).run(
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

  /// Logs `OCT0503` when the table was made for another model, with the tensors that differ.
  public func check(_ table: CalibrationTable, file: String, log: DiagnosticLog) {
    let hash = graph.contentHash
    guard table.model != hash else { return }
    let own = graph.values.filter { $0.constant == nil }.map { $0.name }
    let listed = table.entries.map { $0.name }
    let missing = own.filter { !listed.contains($0) }
    let extra = listed.filter { !own.contains($0) }
    var notes = ["the table is for model \(table.model), this model is \(hash)"]
    if !missing.isEmpty { notes.append("not in the table: " + missing.joined(separator: ", ")) }
    if !extra.isEmpty { notes.append("only in the table: " + extra.joined(separator: ", ")) }
    if missing.isEmpty, extra.isEmpty {
      notes.append("the tensors have the same names, so the weights or the operators differ")
    }
    log.add(
      Diagnostic(
        .tableMismatch, "the calibration table was made for another model",
        at: Location(file: file, format: "calibration table"), notes: notes,
        help: "calibrate this model: octet calibrate"))
  }
}
