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
  if error != 0 { throw unwritable(path, error) }
}

/// Throws the `OCT0601` that writing `path` would end with, as far as its folder tells: before long work.
package func checkWritable(_ path: String) throws(Diagnostic) {
  if pathKind(path) == .other { return }
  let folder = splitPath(path).folder
  let error = octet_check_folder(folder.isEmpty ? "." : folder)
  if error != 0 { throw unwritable(path, error) }
}

private func unwritable(_ path: String, _ code: Int32) -> Diagnostic {
  Diagnostic(
    .unwritableFile, "cannot write '\(path)': \(errorText(code))", at: Location(file: path),
    notes: missingFolder(path, code))
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
