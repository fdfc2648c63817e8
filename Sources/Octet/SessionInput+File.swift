import OctetArchives
import OctetData
public import OctetDiagnostics

extension Session.Input {
  /// The inputs in a file: a picture, an `.npy`, or the tensors of an `.npz`, each under its own
  /// name.
  ///
  /// Throws `OCT0101`, `OCT0108`, `OCT0110` or `OCT0111`.
  public static func read(
    _ path: String, name: String?
  ) throws(Diagnostic) -> [(name: String?, input: Session.Input)] {
    // Read once: a pipe has nothing left for a second time.
    let bytes = try readFile(path)
    if Image.isPicture(bytes) { return [(name, .picture(try Image(bytes, file: path)))] }
    if ZipArchive.isZip(bytes) {
      guard name == nil else {
        throw Diagnostic(
          .invalidData, "'\(path)' is an .npz, which names its tensors itself",
          at: Location(file: path), help: "give it without NAME=")
      }
      return try NPZ.tensors(bytes, file: path).map { ($0.name, .tensor($0.tensor)) }
    }
    if !NPY.isNPY(bytes), !path.hasSuffix(".npy") {
      throw Image.notAPicture(path)
    }
    return [(name, .tensor(try NPY.tensor(bytes, file: path)))]
  }
}
