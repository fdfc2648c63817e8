import COctetPlatform
package import OctetDiagnostics

/// A file mapped into memory for reading, for as long as the object lives.
///
/// Only the pages that are touched cost memory. The file must not be shortened by others meanwhile.
package final class MappedFile: Sendable {
  package let path: String
  // Read-only memory that nobody else writes to.
  nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer

  /// Throws `OCT0101` when the file cannot be opened or is not a regular file; similar names from the
  /// same folder are suggested for one that is missing.
  ///
  /// - Parameter limit: the most bytes it may have.
  package init(_ path: String, limit: Int = .max) throws(Diagnostic) {
    var start: UnsafePointer<UInt8>?
    var count = 0
    let error = path.utf8.contains(0) ? OCTET_EINVAL : octet_map_file(path, &start, &count)
    guard error == 0 else { throw unreadable(path, error) }
    self.path = path
    bytes = UnsafeRawBufferPointer(start: start, count: count)
    try require(atMost: limit)
  }

  /// Throws `OCT0101` for a file of more than `limit` bytes.
  package func require(atMost limit: Int) throws(Diagnostic) {
    if bytes.count > limit {
      throw Diagnostic(
        .unreadableFile,
        "cannot read '\(path)': it has \(bytes.count) bytes, a file of its kind has at most \(limit)",
        at: Location(file: path))
    }
  }

  /// Gives back the memory of the pages that hold `part` of `bytes` and nothing else; touching them again
  /// reads the file.
  package func forget(_ part: UnsafeRawBufferPointer) {
    octet_forget_pages(part.baseAddress?.assumingMemoryBound(to: UInt8.self), part.count)
  }

  deinit {
    octet_unmap(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
  }
}

/// The contents of a pipe or a device, read to its end.
///
/// Throws `OCT0101`, also for more than `limit` bytes.
package func readStream(_ path: String, limit: Int) throws(Diagnostic) -> [UInt8] {
  let descriptor = octet_open_for_reading(path)
  guard descriptor >= 0 else { throw unreadable(path, -descriptor) }
  defer { octet_close(descriptor) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    var count = 0
    let error = chunk.withUnsafeMutableBufferPointer {
      octet_read_descriptor(descriptor, $0.baseAddress, $0.count, &count)
    }
    if error != 0 { throw unreadable(path, error) }
    if count == 0 { return result }
    guard count <= limit - result.count else {
      throw Diagnostic(
        .unreadableFile, "cannot read '\(path)': it holds more than \(limit) bytes",
        at: Location(file: path))
    }
    result += chunk[..<count]
  }
}

/// The `OCT0101` for `path` and an `errno` value.
private func unreadable(_ path: String, _ code: Int32) -> Diagnostic {
  let (folder, name) = splitPath(path)
  let isStream = code == OCTET_EINVAL && pathKind(path) == .other
  let reason = isStream ? "it is a pipe or a device, not a file" : errorText(code)
  let diagnostic = Diagnostic(
    .unreadableFile, "cannot read '\(path)': \(reason)", at: Location(file: path),
    notes: missingFolder(path, code))
  guard code == OCTET_ENOENT, let names = folderEntries(folder) else { return diagnostic }
  return diagnostic.suggesting(name, from: names)
}

/// The note that names the folder of `path` when it is what is missing.
func missingFolder(_ path: String, _ code: Int32) -> [String] {
  let folder = splitPath(path).folder
  guard code == OCTET_ENOENT, !folder.isEmpty, pathKind(folder) == .missing else { return [] }
  return ["there is no folder '\(folder)'"]
}

/// The system's words for an `errno` value, in lower case: `no such file or directory`.
func errorText(_ code: Int32) -> String {
  let words = String(cString: octet_error_text(code))
  return words.prefix(1).lowercased() + words.dropFirst()
}
