package import OctetArchives
package import OctetDiagnostics
import OctetFiles
import OctetIR

/// The whole file at `path`: a regular file is mapped, a pipe or a device is read to its end, `limit`
/// bytes at most.
///
/// - Throws: `.unreadableFile`, with the system's reason and similar names from the same folder when
///   the file is missing.
package func readFile(_ path: String, limit: Int = 1 << 28) throws(Diagnostic) -> ByteSlice {
  if pathKind(path) == .other { return ByteSlice(try readStream(path, limit: limit)) }
  let file = try MappedFile(path)
  return ByteSlice(Storage(borrowing: file.bytes, owner: file))
}
