public import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime

extension Report {
  /// Samples to run a model on.
  public struct Samples: Sendable {
    /// As `octet eval` takes them.
    public var data: String
    /// Nil for what the model says.
    public var preprocessing: Preprocessing?
    /// How many to take, evenly spaced.
    public var count: Int
    /// Of a detector's classes.
    public var names: ClassNames?

    public init(
      _ data: String, preprocessing: Preprocessing? = nil, count: Int = 32,
      names: ClassNames? = nil
    ) {
      (self.data, self.preprocessing, self.count, self.names) = (data, preprocessing, count, names)
    }
  }
}

extension Model {
  /// What the tensors of a model that is ready to run hold on samples, and what a detector finds on some of them.
  func seen(
    on samples: Report.Samples, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (histograms: [ValueID: TensorHistogram], pictures: [JSON]) {
    let dataset = try dataset(samples.data, part: .evaluation, log: log)
    let preprocessing = try Preprocessing.chosen(
      samples.preprocessing, stored: preprocessing, in: path, log: log)
    let feeder = try SampleFeeder(dataset, self, preprocessing, log: log)
    let loop = try SampleLoop(
      graph, threads: threads, observing: true, at: Location(file: path), log: log)
    let indices = Dataset.evenlySpaced(samples.count, of: dataset.count)
    var counted: [ValueID: Histogram] = [:]
    for index in indices {
      let batch = try log.attempt { () throws(Diagnostic) in try feeder.batch([index]) }
      try loop.forEachGroup(of: batch) { _ throws(DiagnosticFailure) in
        loop.prepared.invoke { id, view in
          guard !view.isConstant, view.element == .float32 || view.type.isQuantized,
            let numbers = view.copy().realValues
          else { return }
          let finite = numbers.filter { $0.isFinite }
          _ = finite.withUnsafeBufferPointer { counted[id, default: Histogram()].add($0) }
        }
        try log.attempt { () throws(Diagnostic) in try loop.prepared.requireSoundRun() }
      }
    }
    // Numbers that are rounded already tell nothing of other ranges.
    let histograms = counted.compactMap { id, counts in
      TensorHistogram(counts, graph[id].type, hasCurves: !graph[id].type.isQuantized).map {
        (id, $0)
      }
    }
    return (
      Dictionary(uniqueKeysWithValues: histograms),
      try pictures(dataset, indices, preprocessing, samples.names, log)
    )
  }

  private func pictures(
    _ dataset: Dataset, _ indices: [Int], _ preprocessing: Preprocessing, _ names: ClassNames?,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [JSON] {
    guard detector != nil, let paths = dataset.picturePaths else {
      if names == nil { return [] }
      throw log.failure(
        Diagnostic(
          .noDetections,
          detector == nil
            ? "--labels is for the detections of a detector, and the model is none"
            : "--labels is for pictures, and the samples are none"))
    }
    let session = try Session(self, log: log)
    session.preprocessing = preprocessing
    if let names, let count = session.classCount { names.check(classes: count, log: log) }
    var result: [JSON] = []
    for index in indices.prefix(DetectedPicture.most) {
      let picture = try log.attempt { () throws(Diagnostic) in try dataset.picture(index) }
      let found = DetectedPicture(
        path: paths[index], width: picture.width, height: picture.height, reference: nil,
        found: try session.detect(picture, log: log))
      if let json = found.json(names) { result.append(json) }
    }
    return result
  }
}
