public import OctetDiagnostics
import OctetFiles

/// Whether both paths lead to one regular file.
public func isSameFile(_ path: String, _ other: String) -> Bool { sameFile(path, other) }

/// Logs the `OCT0601` that writing a file would end with, as far as its folder tells: before long work.
public func checkWritable(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
  try log.attempt { () throws(Diagnostic) in try OctetFiles.checkWritable(path) }
}
