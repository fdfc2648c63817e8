import OctetArchives
import OctetDiagnostics
import OctetFiles
import OctetIR

extension Dataset {
  /// Opens a text list of `.npy` files or of pictures; also the place where unknown contents end
  /// up.
  static func openList(_ path: String, _ bytes: ByteSlice) throws(Diagnostic) -> Dataset {
    let unknown = Diagnostic(
      .invalidData, "'\(path)' is not data that is understood", at: Location(file: path),
      notes: [
        "data is a folder with IDX files or pictures, a picture, an IDX file, .npy, .npz or a text "
          + "list of .npy files or pictures"
      ])
    if bytes.count == 0 {
      throw Diagnostic(.noSamples, "'\(path)' is empty", at: Location(file: path))
    }
    let longestList = 1 << 26
    guard bytes.count <= longestList, bytes.withUnsafeBytes({ !$0.contains(0) }) else {
      throw unknown
    }
    var names: [(line: Int, name: String)] = []
    for (index, name) in bytes.lines.enumerated() where !name.isEmpty {
      names.append((index + 1, name))
    }
    guard !names.isEmpty else {
      throw Diagnostic(.noSamples, "'\(path)' lists no files", at: Location(file: path))
    }
    // Checked before any file is opened: most files that are no list have no such line.
    func isArray(_ name: String) -> Bool { name.hasSuffix(".npy") }
    guard let first = names.first(where: { isArray($0.name) || isPictureName($0.name) }) else {
      throw unknown
    }
    let isPictures = !isArray(first.name)
    let folder = splitPath(path).folder
    var files: [String] = []
    for (line, name) in names {
      let location = Location(file: path, format: "list", line: line)
      guard isPictures ? isPictureName(name) : isArray(name) else {
        let kind = isPictures ? "a picture" : "an .npy file"
        throw Diagnostic(
          .invalidData, "line \(line) of '\(path)' is not the name of \(kind)", at: location,
          notes: ["a list has one file a line, all of one kind"])
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
    return try Dataset(isPictures ? .pictures(files) : .files(files), file: path, labels: nil)
  }
}
