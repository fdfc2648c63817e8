import Glibc
import OctetData
import OctetDiagnostics
import OctetFiles
import Testing

/// A new folder under the system's temporary one, removed with everything in it.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/octet-data-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit { TemporaryFolder.remove(path) }

  /// Writes a file and returns its path.
  @discardableResult
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = joinPath(path, name)
    try writeFile(path, bytes)
    return path
  }

  func folder(_ name: String) -> String {
    let path = joinPath(path, name)
    mkdir(path, 0o755)
    return path
  }

  private static func remove(_ path: String) {
    for name in folderEntries(path) ?? [] {
      let inner = joinPath(path, name)
      if unlink(inner) != 0 { remove(inner) }
    }
    rmdir(path)
  }
}

/// The diagnostic that `body` throws; a test failure when it throws none.
func diagnostic(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> Diagnostic {
  try #require(
    #expect(throws: Diagnostic.self, sourceLocation: sourceLocation, performing: body),
    sourceLocation: sourceLocation)
}

/// An IDX pictures file of `count` pictures with the pixels 0, 1, 2 …
func idxImages(_ count: Int, _ height: Int, _ width: Int) -> [UInt8] {
  bigEndian([0x803, count, height, width])
    + (0..<(count * height * width)).map { UInt8(truncatingIfNeeded: $0) }
}

func idxLabels(_ labels: [UInt8]) -> [UInt8] { bigEndian([0x801, labels.count]) + labels }

private func bigEndian(_ values: [Int]) -> [UInt8] {
  values.flatMap { value in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
}

/// A version 1 `.npy` file with this header text and data.
func npy(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  let text = Array(header.utf8)
  return [0x93] + Array("NUMPY".utf8) + [1, 0]
    + [UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text + data
}
