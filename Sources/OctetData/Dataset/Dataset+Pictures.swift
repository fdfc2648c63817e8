public import OctetDiagnostics
import OctetFiles

extension Dataset {
  static let pictureSuffixes = [".jpg", ".jpeg", ".png", ".bmp"]

  /// Whether a file's name says that it is a picture; hidden files are none.
  package static func isPictureName(_ name: String) -> Bool {
    let name = splitPath(name).name.lowercased()
    return !name.hasPrefix(".") && pictureSuffixes.contains { name.hasSuffix($0) }
  }

  /// The pictures of a folder in the order of their names; nil when it has none, or has IDX files.
  static func openPictureFolder(_ path: String) throws(Diagnostic) -> Dataset? {
    if hasIDXFiles(path) { return nil }
    let names = (folderEntries(path) ?? []).filter { isPictureName($0) }
    if names.isEmpty { return nil }
    return try Dataset(.pictures(names.map { joinPath(path, $0) }), file: path, labels: nil)
  }

  /// Whether a path that leads to nothing is meant as a pattern.
  static func isPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

  /// The pictures whose paths match a pattern; other files that match are passed over.
  static func openPattern(_ pattern: String) throws(Diagnostic) -> Dataset {
    let files = matchingPaths(pattern).filter {
      isPictureName($0) && pathKind($0) == .file
    }
    guard !files.isEmpty else {
      throw Diagnostic(
        .noSamples, "no picture matches '\(pattern)'", at: Location(file: pattern),
        notes: ["pictures are " + pictureSuffixes.joined(separator: ", ")])
    }
    return try Dataset(.pictures(files), file: pattern, labels: nil)
  }

  /// The picture files, one a sample; nil when the samples are no pictures.
  public var picturePaths: [String]? {
    if case .pictures(let paths) = source { paths } else { nil }
  }

  /// The picture that is sample `index`.
  ///
  /// - Throws: what `Image(contentsOf:)` throws.
  /// - Precondition: the samples are pictures.
  public func picture(_ index: Int) throws(Diagnostic) -> Image {
    guard let paths = picturePaths else { preconditionFailure("the samples are no pictures") }
    return try Image(contentsOf: paths[index])
  }
}
