import OctetArchives
import OctetDiagnostics
import OctetFiles

extension Dataset {
  /// The two parts of MNIST and how their files begin.
  private enum Part: String {
    case train, test

    var prefix: String { self == .train ? "train" : "t10k" }
    var other: Part { self == .train ? .test : .train }

    /// The names in use for `images-idx3` or `labels-idx1`, plain first.
    func names(_ kind: String, _ rank: Int) -> [String] {
      let names = ["-", "."].map { "\(prefix)-\(kind)\($0)idx\(rank)-ubyte" }
      return names + names.map { $0 + ".gz" }
    }
  }

  /// Opens the part of a folder with IDX files that suits `part`, or the other if it is alone.
  static func openIDXFolder(
    _ path: String, part: DatasetPart, log: DiagnosticLog
  ) throws(Diagnostic) -> Dataset {
    let wanted: Part = part == .calibration ? .train : .test
    var chosen = wanted
    var images = existing(chosen.names("images", 3), in: path)
    if images == nil {
      chosen = wanted.other
      images = existing(chosen.names("images", 3), in: path)
    }
    guard let images else { throw noIDXFiles(path) }
    let labels = existing(chosen.names("labels", 1), in: path)
    let dataset = try openIDX(images: images, try readFile(images), labels: labels)
    let use = part == .calibration ? "calibration" : "evaluation"
    log.add(
      Diagnostic(
        .partChosen,
        "\(use) uses the \(chosen.rawValue) part of '\(path)': \(dataset.count) samples",
        at: Location(file: images, format: "idx"),
        notes: chosen == wanted
          ? []
          : ["there is no \(wanted.rawValue) part, which \(use) would take otherwise"]))
    return dataset
  }

  /// Whether a folder has a file that `openIDXFolder` takes.
  static func hasIDXFiles(_ path: String) -> Bool {
    existing(Part.train.names("images", 3) + Part.test.names("images", 3), in: path) != nil
  }

  private static func noIDXFiles(_ path: String) -> Diagnostic {
    let names = [Part.train, .test].flatMap { $0.names("images", 3).prefix(1) }
    let missing = Diagnostic(
      .invalidData, "the folder '\(path)' has no pictures and no IDX files",
      at: Location(file: path),
      notes: [
        "looked for " + names.map { "\($0)[.gz]" }.joined(separator: " and "),
        "pictures are " + pictureSuffixes.joined(separator: ", "),
      ])
    for name in names {
      let suggested = missing.suggesting(name, from: folderEntries(path) ?? [])
      if !suggested.helps.isEmpty { return suggested }
    }
    return missing
  }
}
