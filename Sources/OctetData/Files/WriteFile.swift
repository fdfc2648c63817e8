import Glibc
package import OctetDiagnostics

/// Writes `bytes` to `path` so that a reader sees the old file or the whole new one.
///
/// The bytes go to a new file in the same folder, reach the disk, and that file is renamed; on a
/// failure it is removed and an existing file stays as it was. A symbolic link is followed. What
/// exists and is no regular file (`/dev/null`, a pipe) is written to directly.
///
/// - Throws: `.unwritableFile`, with the system's reason.
package func writeFile(_ path: String, _ bytes: [UInt8]) throws(Diagnostic) {
  try bytes.withUnsafeBytes { pointer in
    Result { () throws(Diagnostic) in try writeFile(path, pointer) }
  }.get()
}

/// Writes bytes that are not in an array; see `writeFile(_:_:)`.
package func writeFile(_ path: String, _ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
  guard !path.isEmpty, !path.utf8.contains(0) else { throw unwritable(path, EINVAL) }
  switch pathKind(path) {
  case .folder: throw unwritable(path, EISDIR)
  case .other: try writeDirectly(path, bytes)
  case .file: try replaceFile(path, resolved(path), bytes)
  case .missing: try replaceFile(path, path, bytes)
  }
}

private func replaceFile(
  _ path: String, _ target: String, _ bytes: UnsafeRawBufferPointer
) throws(Diagnostic) {
  let folder = splitPath(target).folder
  let (descriptor, temporary) = try createBeside(path, folder: folder)
  var failure = writeAll(descriptor, bytes)
  if failure == 0, fsync(descriptor) != 0, errno != EINVAL { failure = errno }
  if close(descriptor) != 0, failure == 0, errno != EINTR { failure = errno }
  if failure == 0, rename(temporary, target) != 0 { failure = errno }
  guard failure != 0 else { return }
  unlink(temporary)
  throw unwritable(path, failure)
}

/// A new empty file in `folder` under a name that nothing else has.
private func createBeside(
  _ path: String, folder: String
) throws(Diagnostic) -> (descriptor: Int32, name: String) {
  for _ in 0..<100 {
    let unique = String(UInt64.random(in: .min ... .max), radix: 16)
    let name = joinPath(folder, ".octet-\(getpid())-\(unique).tmp")
    let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor >= 0 { return (descriptor, name) }
    if errno != EEXIST, errno != EINTR { throw unwritable(path, errno) }
  }
  throw unwritable(path, EEXIST)
}

private func writeDirectly(_ path: String, _ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
  let descriptor = open(path, O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw unwritable(path, errno) }
  let failure = writeAll(descriptor, bytes)
  close(descriptor)
  if failure != 0 { throw unwritable(path, failure) }
}

/// Writes everything; 0 or the `errno` of the failure.
private func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
  var done = 0
  while done < bytes.count {
    // Unsafe: `done` stays within the buffer.
    let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
    let count = write(descriptor, rest.baseAddress, rest.count)
    if count < 0, errno != EINTR { return errno }
    done += max(count, 0)
  }
  return 0
}

/// The file that `path` leads to through symbolic links, so that a link stays a link.
private func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

private func unwritable(_ path: String, _ code: Int32) -> Diagnostic {
  var diagnostic = Diagnostic(
    .unwritableFile, "can't write '\(path)': \(errorText(code))", at: Location(file: path))
  let folder = splitPath(path).folder
  if code == ENOENT, !folder.isEmpty, pathKind(folder) == .missing {
    diagnostic.notes.append("there is no folder '\(folder)'")
  }
  return diagnostic
}
