public import OctetDiagnostics
import OctetFiles
public import OctetQuantize

extension CalibrationTable {
  /// Reads a table that `write` wrote.
  public static func read(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CalibrationTable {
    try log.attempt { () throws(Diagnostic) in
      let file = try MappedFile(path, limit: 1 << 26)
      return try CalibrationTable(
        parsing: String(decoding: file.bytes, as: UTF8.self), file: path)
    }
  }

  /// Writes the table; the file is complete or not there.
  public func write(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    let bytes = Array(text.utf8)
    try log.attempt { () throws(Diagnostic) in
      try writeFile(path, bytes)
    }
  }
}

extension CalibrationStatistics {
  /// Reads statistics that `write` wrote.
  public static func read(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CalibrationStatistics {
    try log.attempt { () throws(Diagnostic) in
      let file = try MappedFile(path, limit: 1 << 30)
      return try CalibrationStatistics(
        parsing: String(decoding: file.bytes, as: UTF8.self), file: path)
    }
  }

  /// Writes the statistics; the file is complete or not there.
  public func write(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    try log.attempt { () throws(Diagnostic) in try writeFile(path, Array(text.utf8)) }
  }
}
