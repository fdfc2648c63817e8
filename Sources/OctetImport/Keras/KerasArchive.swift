import OctetArchives
package import OctetDiagnostics
package import OctetFiles
import OctetIR

/// A `.keras` file of Keras 3: a zip archive of the model's description and its weights.
package struct KerasArchive {
  /// The model as JSON: `config.json`.
  package let config: String
  /// Who wrote the file, as JSON: `metadata.json`.
  package let metadata: String?
  /// `model.weights.h5`; it stays in the mapped file where it is not packed.
  package let weights: HDF5File

  /// The most bytes of all parts together.
  private static let limit = 1 << 34
  /// The most bytes of a description.
  private static let textLimit = 1 << 28

  package static func isArchive(_ file: MappedFile) -> Bool { ZipArchive.isZip(bytes(of: file)) }

  /// Throws `OCT0113` for an archive that is damaged or not of Keras.
  package init(_ file: MappedFile) throws(Diagnostic) {
    let parts = try Parts(KerasArchive.bytes(of: file), file.path)
    guard let config = try parts.text("config.json") else {
      throw KerasArchive.problem(file.path, "has no config.json, as a .keras file has")
    }
    self.config = config
    metadata = try parts.text("metadata.json")
    guard let weights = try parts.contents("model.weights.h5") else {
      throw KerasArchive.problem(
        file.path, "has no model.weights.h5; a model in several files of weights is not read")
    }
    self.weights = try HDF5File(weights, path: file.path)
  }

  private static func bytes(of file: MappedFile) -> ByteSlice {
    ByteSlice(Storage(borrowing: file.bytes, owner: file))
  }

  private static func problem(_ path: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      .invalidKeras, "'\(path)' \(reason)", at: Location(file: path, format: "keras"),
      help: "save the model again with `model.save(\"model.keras\")`")
  }

  /// The entries of the archive.
  private struct Parts {
    let archive: ZipArchive

    init(_ bytes: ByteSlice, _ path: String) throws(Diagnostic) {
      archive = try Parts.coded { () throws(Diagnostic) in
        try ZipArchive(bytes, file: path, limit: KerasArchive.limit)
      }
    }

    /// Nil if there is no entry of this name.
    func contents(_ name: String) throws(Diagnostic) -> ByteSlice? {
      guard let entry = archive.entries.first(where: { $0.name == name }) else { return nil }
      let archive = archive
      return try Parts.coded { () throws(Diagnostic) in try archive.contents(of: entry) }
    }

    func text(_ name: String) throws(Diagnostic) -> String? {
      guard let bytes = try contents(name) else { return nil }
      guard bytes.count <= KerasArchive.textLimit else {
        throw problem(archive.file, "has a \(name) of \(bytes.count) bytes")
      }
      return bytes.text
    }

    /// An archive's problem is here one of a model and not of data.
    private static func coded<Result>(
      _ body: () throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
      do {
        return try body()
      } catch {
        var error = error
        error.code = .invalidKeras
        throw error
      }
    }
  }
}
