public import OctetData
public import OctetDiagnostics
import OctetRuntime

/// How many samples of a labelled data set a classifier gets right.
public struct Evaluation: Sendable {
  private var top1 = TopAccuracy()

  public var correct: Int { top1.correct }
  public var total: Int { top1.total }
  public var accuracy: Double { top1.value }

  /// Runs the model on every sample of `dataset` and takes the largest element of its first output
  /// for the class.
  ///
  /// - Parameters:
  ///   - keepsVariables: whether the samples are one stream, so that what the model keeps in variables stays from one
  ///     to the next.
  ///   - progress: called after each batch of 64 with its number, from 0.
  /// - Throws: after logging `OCT0804` for a label that is none of the model's classes, or when the
  ///   output is no list of scores: of its extents after the batch, more than one is above 1.
  public static func top1(
    _ model: Model, _ dataset: Dataset, _ preprocessing: Preprocessing,
    keepsVariables: Bool = false, log: DiagnosticLog,
    progress: (_ batch: Int) -> Void = { _ in }
  ) throws(DiagnosticFailure) -> Evaluation {
    let model = try model.runnable(log: log)
    try requireScores(model, log)
    let loop = try model.sampleLoop(log: log)
    loop.prepared.keepsVariables = keepsVariables
    let feeder = try SampleFeeder(dataset, model, preprocessing, log: log)
    let labels = try log.attempt { () throws(Diagnostic) in try dataset.requiredLabels() }
    var result = Evaluation()
    let batchSize = 64
    for (batch, start) in stride(from: 0, to: dataset.count, by: batchSize).enumerated() {
      let samples = Array(start..<min(start + batchSize, dataset.count))
      let tensors = try log.attempt { () throws(Diagnostic) in try feeder.batch(samples) }
      var problem: Diagnostic?
      try loop.run(tensors, log: log) { slot, outputs in
        do throws(Diagnostic) {
          try result.top1.record(outputs.first ?? [], label: labels[samples[slot]])
        } catch {
          problem = problem ?? error
        }
      }
      if let problem { throw log.failure(problem.located(Location(file: dataset.file))) }
      progress(batch)
    }
    return result
  }

  private static func requireScores(
    _ model: Model, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    guard let output = model.graph.outputs.first.map({ model.graph[$0] }),
      !ClassScore.isList(output.type.shape.dimensions.map { $0.value })
    else { return }
    throw log.failure(
      Diagnostic(
        .labelsMismatch, "the output '\(output.name)' is no list of class scores",
        at: Location(file: model.path),
        helps: [
          .init("choose the tensor with one score a class: --outputs NAME"),
          .init("if the model is a detector, say how its outputs become boxes: --detector"),
        ], tensors: [output.text]))
  }

  public var json: JSON {
    .members([
      ("metric", .string("top1")), ("value", .number(accuracy)), ("correct", .int(correct)),
      ("total", .int(total)),
    ])
  }

  /// `Total Accuracy: 99.14% (9914/10000)`
  public var text: String {
    let hundredths = Int((accuracy * 10_000).rounded())
    let fraction = hundredths % 100
    let percent = "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    return "Total Accuracy: \(percent)% (\(correct)/\(total))"
  }
}
