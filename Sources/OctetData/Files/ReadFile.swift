import Glibc
package import OctetDiagnostics
import OctetFiles
import OctetIR

/// The whole file at `path`.
///
/// A regular file is mapped read-only, so only the pages that are touched cost memory; it must not
/// be shortened while the slice lives. A pipe or a device is read to its end, `limit` bytes at most.
///
/// - Throws: `.unreadableFile`, with the system's reason and similar names from the same folder when
///   the file is missing.
package func readFile(_ path: String, limit: Int = 1 << 32) throws(Diagnostic) -> ByteSlice {
  guard !path.isEmpty, !path.utf8.contains(0) else { throw unreadable(path, EINVAL) }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw unreadable(path, errno) }
  defer { close(descriptor) }
  var info = stat()
  guard fstat(descriptor, &info) == 0 else { throw unreadable(path, errno) }
  if info.st_mode & S_IFMT == S_IFDIR { throw unreadable(path, EISDIR) }
  if info.st_mode & S_IFMT == S_IFREG, info.st_size > 0 {
    let file = try MappedFile(path)
    return ByteSlice(Storage(borrowing: file.bytes, owner: file))
  }
  return ByteSlice(try readToEnd(descriptor, path, limit: limit))
}

private func readToEnd(
  _ descriptor: Int32, _ path: String, limit: Int
) throws(Diagnostic) -> [UInt8] {
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      throw unreadable(path, errno)
    }
    if count == 0 { return result }
    guard count <= limit - result.count else {
      throw Diagnostic(
        .unreadableFile, "can't read '\(path)': it holds more than \(limit) bytes",
        at: Location(file: path))
    }
    result += chunk[..<count]
  }
}

/// The `.unreadableFile` diagnostic for `path` and an `errno` value.
func unreadable(_ path: String, _ code: Int32) -> Diagnostic {
  var diagnostic = Diagnostic(
    .unreadableFile, "can't read '\(path)': \(errorText(code))", at: Location(file: path))
  guard code == ENOENT || code == ENOTDIR else { return diagnostic }
  let (folder, name) = splitPath(path)
  guard let names = folderEntries(folder) else {
    if !folder.isEmpty { diagnostic.notes.append("there is no folder '\(folder)'") }
    return diagnostic
  }
  return diagnostic.suggesting(name, from: names)
}
