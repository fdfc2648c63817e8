package import OctetArchives
package import OctetDiagnostics
import OctetFiles
public import OctetIR

/// A tensor under the name it has in an archive or a model.
public struct NamedTensor: Sendable {
  public var name: String
  public var tensor: Tensor

  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}

/// NumPy's `.npz` files: zip archives of `NAME.npy` entries.
package enum NPZ {
  /// The arrays of the file at `path`, in the archive's order.
  ///
  /// - Throws: `.unreadableFile`, `.invalidData`.
  package static func read(_ path: String) throws(Diagnostic) -> [NamedTensor] {
    try tensors(try readFile(path), file: path)
  }

  /// The arrays of a whole `.npz` file, in the archive's order; names come without `.npy`.
  ///
  /// - Parameters:
  ///   - file: names the file in diagnostics.
  ///   - limit: the most bytes all arrays may unpack to together.
  /// - Throws: `.invalidData`, also for an entry that is no array.
  package static func tensors(
    _ bytes: ByteSlice, file: String, limit: Int = 1 << 30
  ) throws(Diagnostic) -> [NamedTensor] {
    guard ZipArchive.isZip(bytes) else {
      throw Diagnostic(
        .invalidData, "'\(file)' is not an .npz file", at: Location(file: file, format: "npz"))
    }
    let archive = try ZipArchive(bytes, file: file, limit: limit)
    var result: [NamedTensor] = []
    for entry in archive.entries {
      let suffix = ".npy"
      guard entry.name.hasSuffix(suffix) else {
        throw Diagnostic(
          .invalidData, "'\(file)' holds '\(entry.name)', which is not an array",
          at: Location(file: file, format: "npz", node: entry.name),
          help: "write the file with np.savez or np.savez_compressed")
      }
      let name = String(entry.name.dropLast(suffix.count))
      let contents = try archive.contents(of: entry)
      result.append(NamedTensor(name, try NPY.tensor(contents, file: file, entry: name)))
    }
    return result
  }

  /// Writes `tensors` to `path` in their order, uncompressed, in one step (see `writeFile`).
  ///
  /// - Throws: `.unwritableFile`, also for repeated names and element types NumPy does not have.
  package static func write(_ tensors: [NamedTensor], to path: String) throws(Diagnostic) {
    try writeFile(path, try bytes(of: tensors, file: path))
  }

  /// `tensors` as an `.npz` file; the same tensors always give the same bytes.
  ///
  /// - Throws: `.unwritableFile`, as `write(_:to:)`.
  package static func bytes(
    of tensors: [NamedTensor], file: String
  ) throws(Diagnostic) -> [UInt8] {
    var writer = ZipWriter(file: file)
    for entry in tensors {
      guard let contents = NPY.bytes(of: entry.tensor) else {
        throw Diagnostic(
          .unwritableFile, "cannot write '\(file)': NumPy has no form for '\(entry.name)'",
          at: Location(file: file, format: "npz", node: entry.name),
          tensors: ["\(entry.name): \(entry.tensor.type.text)"])
      }
      try writer.add(entry.name + ".npy", contents)
    }
    return writer.finished()
  }
}
