public import OctetDiagnostics
import OctetFiles
public import OctetQuantize

extension CalibrationTable {
  /// Reads a table that `write` wrote.
  public static func read(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CalibrationTable {
    try log.attempt { () throws(Diagnostic) in
      try CalibrationTable(parsing: try tableText(path), file: path)
    }
  }

  /// Writes the table; the file is complete or not there.
  public func write(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    try writeTable(path, text, names: entries.map { $0.name }, log)
  }
}

extension CalibrationStatistics {
  /// Reads statistics that `write` wrote.
  public static func read(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CalibrationStatistics {
    try log.attempt { () throws(Diagnostic) in
      try CalibrationStatistics(parsing: try tableText(path, limit: 1 << 30), file: path)
    }
  }

  /// Writes the statistics; the file is complete or not there.
  public func write(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    try writeTable(path, text, names: tensors.map { $0.name }, log)
  }
}

extension TensorRTCache {
  /// Reads a cache that TensorRT or `write` wrote.
  public static func read(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> TensorRTCache {
    try log.attempt { () throws(Diagnostic) in
      try TensorRTCache(parsing: try tableText(path), file: path)
    }
  }

  /// Writes the cache; the file is complete or not there.
  public func write(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    try writeTable(path, text, names: entries.map { $0.name }, log)
  }
}

extension GivenRanges {
  /// Reads ranges as JSON or lines of text.
  public static func read(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> GivenRanges {
    try log.attempt { () throws(Diagnostic) in
      try GivenRanges(parsing: try tableText(path), file: path)
    }
  }
}

private func writeTable(
  _ path: String, _ text: String, names: [String], _ log: DiagnosticLog
) throws(DiagnosticFailure) {
  if let name = names.first(where: { $0.utf8.contains(UInt8(ascii: "\n")) }) {
    throw log.failure(
      Diagnostic(
        .invalidTable, "the name of tensor '\(name)' has two lines, which a table cannot hold",
        at: Location(file: path)))
  }
  let bytes = Array(text.utf8)
  try log.attempt { () throws(Diagnostic) in try writeFile(path, bytes) }
}

/// The text of a file of tensors.
func tableText(_ path: String, limit: Int = 1 << 26) throws(Diagnostic) -> String {
  let file = try MappedFile(path, limit: limit)
  return withExtendedLifetime(file) { String(decoding: file.bytes, as: UTF8.self) }
}
