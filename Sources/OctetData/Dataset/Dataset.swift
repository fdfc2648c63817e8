public import OctetDiagnostics
import OctetIR

/// What a data set is used for; it decides which part of one that is split in two is taken.
public enum DatasetPart: Sendable, Equatable {
  /// Takes the train part.
  case calibration
  /// Takes the test part.
  case evaluation
}

/// Samples for a model's inputs, with their labels if the data has any.
///
/// `Dataset.open` recognises the data by content. Samples are read when they are asked for.
///
/// ```swift
/// let data = try Dataset.open("mnist", part: .evaluation, log: log)
/// let input = try data.sample(
///   0, shape: [28, 28, 1], preprocessing: Preprocessing("scale=1/256"))
/// ```
/// Pictures have no class each but objects: see `objects(log:)`.
public struct Dataset: Sendable {
  enum Source: Sendable {
    /// One array for each model input; the first dimension counts samples.
    case arrays([NamedTensor])
    /// One `.npy` file a sample.
    case files([String])
    /// One picture file a sample.
    case pictures([String])
  }

  let source: Source
  /// The data as the user named it, or the file within that was taken.
  public let file: String
  /// The number of samples, at least 1.
  public let count: Int
  /// The class of each sample; nil when the data has none.
  public let labels: [Int]?

  /// - Throws: `.noSamples`, `.labelsMismatch`, `.invalidData`.
  init(_ source: Source, file: String, labels: [Int]?) throws(Diagnostic) {
    let location = Location(file: file)
    switch source {
    case .files(let paths), .pictures(let paths): count = paths.count
    case .arrays(let arrays):
      guard let first = arrays.first, let total = first.tensor.extents.first else {
        throw Diagnostic(
          .invalidData, "'\(file)' holds a single number, not samples", at: location,
          notes: ["the first dimension of an array counts its samples"])
      }
      for array in arrays where array.tensor.extents.first != total {
        throw Diagnostic(
          .invalidData,
          "'\(file)' has different numbers of samples for '\(first.name)' and '\(array.name)'",
          at: location, tensors: arrays.map { "\($0.name): \($0.tensor.type.text)" })
      }
      count = total
      for array in arrays where array.tensor.extents.dropFirst().contains(0) {
        throw Diagnostic(
          .noSamples, "the samples of '\(file)' have no elements", at: location,
          tensors: ["\(array.name): \(array.tensor.type.text)"])
      }
    }
    guard count > 0 else {
      throw Diagnostic(.noSamples, "'\(file)' has no samples", at: location)
    }
    if let labels, labels.count != count {
      throw Diagnostic(
        .labelsMismatch, "'\(file)' has \(count) samples but \(labels.count) labels",
        at: location)
    }
    self.source = source
    self.file = file
    self.labels = labels
  }

  /// The labels, for what can't do without.
  ///
  /// - Throws: `.labelsMismatch` when the data has none.
  public func requiredLabels() throws(Diagnostic) -> [Int] {
    if let labels { return labels }
    let isPictures = picturePaths != nil
    throw Diagnostic(
      .labelsMismatch, "'\(file)' has no labels" + (isPictures ? " of one class a sample" : ""),
      at: Location(file: file),
      notes: isPictures ? ["pictures are labelled with boxes, for models that are detectors"] : [],
      help: "use IDX files with their labels file, or an .npz file with the arrays x and y")
  }

  /// `wanted` indices spread evenly over `total` samples: `floor(i * total / wanted)`; all of them
  /// when there are no more than `wanted`.
  public static func evenlySpaced(_ wanted: Int, of total: Int) -> [Int] {
    (0..<max(0, total)).evenlySpaced(wanted)
  }

  /// All samples but those of `taken`.
  package func indices(without taken: [Int]) -> [Int] {
    let taken = Set(taken)
    return (0..<count).filter { !taken.contains($0) }
  }

  /// `wanted` of `indices`, spread as evenly.
  package static func evenlySpaced(_ wanted: Int, among indices: [Int]) -> [Int] {
    evenlySpaced(wanted, of: indices.count).map { indices[$0] }
  }
}
