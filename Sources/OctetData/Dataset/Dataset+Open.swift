import OctetArchives
public import OctetDiagnostics
import OctetFiles
import OctetIR

extension Dataset {
  /// The samples at `path`, whose kind is recognised by content:
  ///
  /// - a folder with MNIST's IDX files, plain or `.gz`: calibration takes the train part and
  ///   evaluation the test part, or the other one if only that exists (`.partChosen` says which);
  /// - a folder with pictures (`.jpg`, `.jpeg`, `.png`, `.bmp`), in the order of their names;
  /// - a pattern such as `photos/*.jpg`, with `*`, `?` and `[…]` as in a shell, in the order of the
  ///   names;
  /// - one picture;
  /// - an IDX pictures file, with the labels file beside it if there is one;
  /// - `.npy`: the first dimension counts samples;
  /// - `.npz`: arrays named like the model's inputs, or `x` (or the only array); labels in `y`;
  /// - a text list of `.npy` files or of pictures, one a line and one sample each, relative to the
  ///   list.
  ///
  /// - Parameters:
  ///   - inputs: the names of the model's inputs in signature order, for `.npz`.
  ///   - log: receives the remark on the part.
  /// - Throws: `.unreadableFile`, `.invalidData`, `.noSamples`, `.labelsMismatch`.
  public static func open(
    _ path: String, part: DatasetPart, inputs: [String] = [], log: DiagnosticLog
  ) throws(Diagnostic) -> Dataset {
    switch pathKind(path) {
    case .folder:
      if let pictures = try openPictureFolder(path) { return pictures }
      return try openIDXFolder(path, part: part, log: log)
    case .missing where isPattern(path): return try openPattern(path)
    default: break
    }
    let bytes = try readFile(path)
    switch IDX.kind(bytes) {
    case .images:
      return try openIDX(images: path, bytes, labels: labelsBeside(path))
    case .labels:
      throw Diagnostic(
        .invalidData, "'\(path)' holds IDX labels, not samples",
        at: Location(file: path, format: "idx"),
        help: "name the pictures file; the labels beside it are found")
    case nil: break
    }
    if NPY.isNPY(bytes) {
      let array = NamedTensor("", try NPY.tensor(bytes, file: path))
      return try Dataset(.arrays([array]), file: path, labels: nil)
    }
    if Image.isPicture(bytes) {
      return try Dataset(.pictures([path]), file: path, labels: nil)
    }
    if ZipArchive.isZip(bytes) { return try openNPZ(path, bytes, inputs: inputs) }
    return try openList(path, bytes)
  }

  /// Opens an IDX pictures file, whose bytes are `bytes`, with the labels file at `labels`.
  static func openIDX(
    images path: String, _ bytes: ByteSlice, labels: String?
  ) throws(Diagnostic) -> Dataset {
    let images = NamedTensor("", try IDX.images(bytes, file: path))
    var classes: [Int]?
    if let labels { classes = try IDX.labels(try readFile(labels), file: labels) }
    return try Dataset(.arrays([images]), file: path, labels: classes)
  }

  /// The labels file beside an IDX pictures file: `train-images-idx3-ubyte` has
  /// `train-labels-idx1-ubyte`, plain or `.gz`.
  private static func labelsBeside(_ path: String) -> String? {
    let (folder, name) = splitPath(path)
    var stem = replacing("images", "labels", in: name)
    stem = replacing("idx3", "idx1", in: stem)
    if stem == name { return nil }
    if stem.hasSuffix(".gz") { stem = String(stem.dropLast(3)) }
    return existing([stem, stem + ".gz"], in: folder)
  }

  /// The first of `names` that is a file in `folder`.
  static func existing(_ names: [String], in folder: String) -> String? {
    names.map { joinPath(folder, $0) }.first { pathKind($0) == .file }
  }

  private static func replacing(_ word: String, _ other: String, in text: String) -> String {
    var start = text.startIndex
    while start < text.endIndex {
      if text[start...].hasPrefix(word) {
        let end = text.index(start, offsetBy: word.count)
        return text[..<start] + other + text[end...]
      }
      start = text.index(after: start)
    }
    return text
  }
}
