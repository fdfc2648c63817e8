import OctetDiagnostics
import OctetFiles
import OctetIR

extension Dataset {
  /// Opens a text list of `.npy` files; also the place where unknown contents end up.
  static func openList(_ path: String, _ bytes: ByteSlice) throws(Diagnostic) -> Dataset {
    let unknown = Diagnostic(
      .invalidData, "'\(path)' is not data that is understood", at: Location(file: path),
      notes: [
        "data is a folder with IDX files, an IDX file, .npy, .npz or a text list of .npy files"
      ])
    if bytes.count == 0 {
      throw Diagnostic(.noSamples, "'\(path)' is empty", at: Location(file: path))
    }
    let longestList = 1 << 26
    guard bytes.count <= longestList, bytes.withUnsafeBytes({ !$0.contains(0) }) else {
      throw unknown
    }
    let lines = bytes.text.split(omittingEmptySubsequences: false) { $0.isNewline }
    var names: [(line: Int, name: String)] = []
    for (index, line) in lines.enumerated() {
      var name = line.drop { $0.isWhitespace }
      while name.last?.isWhitespace == true { name.removeLast() }
      if !name.isEmpty { names.append((index + 1, String(name))) }
    }
    guard !names.isEmpty else {
      throw Diagnostic(.noSamples, "'\(path)' lists no files", at: Location(file: path))
    }
    // Checked before any file is opened: most files that are no list have no such line.
    guard names.contains(where: { $0.name.hasSuffix(".npy") }) else { throw unknown }
    let folder = splitPath(path).folder
    var files: [String] = []
    for (line, name) in names {
      let location = Location(file: path, format: "list", line: line)
      guard name.hasSuffix(".npy") else {
        throw Diagnostic(
          .invalidData, "line \(line) of '\(path)' is not the name of an .npy file",
          at: location, notes: ["a list has one .npy file a line"])
      }
      let file = joinPath(folder, name)
      do throws(Diagnostic) {
        _ = try MappedFile(file)
      } catch {
        throw Diagnostic(
          error.code, error.message, at: location, notes: error.notes, helps: error.helps)
      }
      files.append(file)
    }
    return try Dataset(.files(files), file: path, labels: nil)
  }
}
