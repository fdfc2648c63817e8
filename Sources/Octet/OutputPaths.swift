public import OctetDiagnostics
import OctetFiles

/// Whether writing `output` would write over the file `input`, or over a file of the folder `input`.
public func overwrites(_ output: String, input: String) -> Bool {
  if sameFile(output, input) { return true }
  guard pathKind(output) == .file, pathKind(input) == .folder else { return false }
  return (folderEntries(input) ?? []).contains { sameFile(output, joinPath(input, $0)) }
}

/// Logs the `OCT0601` that writing a file would end with, as far as its folder tells: before long work.
public func checkWritable(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
  try log.attempt { () throws(Diagnostic) in try OctetFiles.checkWritable(path) }
}
