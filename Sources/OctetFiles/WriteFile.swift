import COctetPlatform
package import OctetDiagnostics

/// Writes a whole file beside `path` and renames it, so that a reader sees the old file or the whole
/// new one. A symbolic link is followed; what exists and is no regular file (`/dev/null`, a pipe) is
/// written to directly.
///
/// Throws `OCT0601`; then nothing is left behind and an older file at `path` is as it was.
package func writeFile(_ path: String, _ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
  let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
  let error =
    path.utf8.contains(0) ? OCTET_EINVAL : octet_write_file(path, start, bytes.count)
  guard error == 0 else {
    throw Diagnostic(
      .unwritableFile, "cannot write '\(path)': \(errorText(error))", at: Location(file: path),
      notes: missingFolder(path, error))
  }
}

/// Writes an array; see `writeFile` of bytes.
package func writeFile(_ path: String, _ bytes: [UInt8]) throws(Diagnostic) {
  var failure: Diagnostic?
  bytes.withUnsafeBytes { raw in
    do throws(Diagnostic) {
      try writeFile(path, raw)
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
}
