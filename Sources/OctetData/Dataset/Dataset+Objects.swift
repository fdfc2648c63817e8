import OctetArchives
public import OctetDiagnostics
import OctetFiles

extension Dataset {
  /// The objects of each picture, from YOLO's label files: `NAME.txt` beside `NAME.jpg`, or in the
  /// folder `labels` beside the pictures' own folder when that is called `images`.
  ///
  /// An empty file means a picture without objects. So does a missing one when other pictures have
  /// theirs, with a remark on how many are missing (`OCT0807`).
  ///
  /// - Throws: after logging every line that is wrong (`OCT0112`), a file that cannot be read, or
  ///   that the data have no labels (`OCT0804`).
  public func objects(log: DiagnosticLog) throws(DiagnosticFailure) -> [[ObjectLabel]] {
    let labels = (picturePaths ?? []).map { Dataset.labelFile($0) }
    let missing = labels.count { $0 == nil }
    guard missing < labels.count else {
      throw log.failure(
        Diagnostic(
          .labelsMismatch, "the pictures of '\(file)' have no labels", at: Location(file: file),
          notes: ["looked for a .txt file beside each picture, or in 'labels' beside 'images'"]))
    }
    if missing > 0 {
      log.add(
        Diagnostic(
          .unlabelledPictures,
          "\(missing) of the \(labels.count) pictures of '\(file)' have no label file and count as "
            + "pictures without objects", at: Location(file: file)))
    }
    var result: [[ObjectLabel]] = []
    for label in labels {
      guard let label else {
        result.append([])
        continue
      }
      var problems: [Diagnostic] = []
      do throws(Diagnostic) {
        let bytes = try readFile(label, limit: 1 << 26)
        result.append(ObjectLabel.parse(bytes, file: label, problems: &problems))
      } catch {
        problems.append(error)
      }
      for problem in problems { log.add(problem) }
    }
    try log.throwIfErrors()
    return result
  }

  private static func labelFile(_ picture: String) -> String? {
    let (folder, name) = splitPath(picture)
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    var folders = [folder]
    // images/val/a.jpg has labels/val/a.txt.
    var (parent, last) = splitPath(folder)
    var below = ""
    while last != "images", !last.isEmpty, parent != folder {
      below = below.isEmpty ? last : joinPath(last, below)
      (parent, last) = splitPath(parent)
    }
    if last == "images" {
      let labels = joinPath(parent, "labels")
      folders.append(below.isEmpty ? labels : joinPath(labels, below))
    }
    return folders.map { joinPath($0, stem + ".txt") }.first { pathKind($0) == .file }
  }
}
