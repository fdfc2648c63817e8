import COctetPlatform
public import OctetDiagnostics

/// A file mapped into memory for reading, for as long as the object lives.
///
/// The file must not be shortened by others meanwhile.
public final class MappedFile: Sendable {
  public let path: String
  // Read-only memory that nobody else writes to.
  nonisolated(unsafe) public let bytes: UnsafeRawBufferPointer

  /// Throws `OCT0101` when the file cannot be opened or is not a regular file.
  public init(_ path: String) throws(Diagnostic) {
    var start: UnsafePointer<UInt8>?
    var count = 0
    let error = octet_map_file(path, &start, &count)
    guard error == 0 else {
      throw Diagnostic(
        .unreadableFile, "cannot read '\(path)': \(String(cString: octet_error_text(error)))",
        at: Location(file: path))
    }
    self.path = path
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  deinit {
    octet_unmap(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
  }
}

/// Writes a whole file beside `path` and renames it, so that `path` is never half-written.
///
/// Throws `OCT0601`; then nothing is left behind and an older file at `path` is as it was.
public func writeFile(
  _ path: String, _ bytes: UnsafeRawBufferPointer
) throws(Diagnostic) {
  let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
  let error = octet_write_file(path, start, bytes.count)
  guard error == 0 else {
    throw Diagnostic(
      .unwritableFile, "cannot write '\(path)': \(String(cString: octet_error_text(error)))",
      at: Location(file: path))
  }
}

/// Writes a whole file beside `path` and renames it. Throws `OCT0601`.
public func writeFile(_ path: String, _ bytes: [UInt8]) throws(Diagnostic) {
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
