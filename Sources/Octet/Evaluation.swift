public import OctetData
public import OctetDiagnostics

/// How many samples of a labelled data set a classifier gets right.
public struct Evaluation: Sendable {
  public let correct: Int
  public let total: Int

  public var accuracy: Double { total == 0 ? 0 : Double(correct) / Double(total) }

  /// Runs the model on every sample of `dataset` and takes the largest element of its first output
  /// for the class.
  ///
  /// - Parameter progress: called after each batch of 64 with its number, from 0.
  public static func top1(
    _ model: Model, _ dataset: Dataset, _ preprocessing: Preprocessing, log: DiagnosticLog,
    progress: (_ batch: Int) -> Void = { _ in }
  ) throws(DiagnosticFailure) -> Evaluation {
    let model = try model.runnable(log: log)
    let runner = try SampleRunner(model, log: log)
    let feeder = SampleFeeder(dataset, model, preprocessing)
    let labels = try log.attempt { () throws(Diagnostic) in try dataset.requiredLabels() }
    var correct = 0
    let batchSize = 64
    for (batch, start) in stride(from: 0, to: dataset.count, by: batchSize).enumerated() {
      let samples = Array(start..<min(start + batchSize, dataset.count))
      let tensors = try log.attempt { () throws(Diagnostic) in try feeder.batch(samples) }
      runner.run(tensors) { slot, outputs in
        if bestClass(outputs.first ?? []) == labels[samples[slot]] { correct += 1 }
      }
      progress(batch)
    }
    return Evaluation(correct: correct, total: dataset.count)
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
