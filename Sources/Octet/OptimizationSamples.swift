import OctetData
import OctetDiagnostics
import OctetIR
import OctetQuantize

/// The samples that a quantized model is fitted to, and those that judge what that is worth.
struct OptimizationSamples {
  /// One float32 tensor [n, …] an input.
  let fit: [Tensor]
  let held: [Tensor]

  private static let fewest = 4

  /// Samples to fit are taken of those that calibration has run, the others where there are any are held back; else
  /// a quarter of all is.
  ///
  /// - Parameter used: what calibration has run; nil when that is not known.
  /// - Throws: after logging `OCT0501` for fewer than four samples.
  init(
    _ dataset: Dataset, used: [Int]?, for model: Model, _ preprocessing: Preprocessing,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    guard dataset.count >= Self.fewest else {
      throw log.failure(
        Diagnostic(
          .noSamples,
          "--optimize and searches of precisions need at least \(Self.fewest) samples: some to fit and some to judge by",
          help: "give more, or convert without them"))
    }
    let all = used ?? Array(0..<dataset.count)
    var others = dataset.indices(without: all)
    var own = all
    if others.isEmpty {
      others = Dataset.evenlySpaced(dataset.count / 4, of: dataset.count)
      own = all.filter { !others.contains($0) }
    }
    let feeder = try SampleFeeder(dataset, model, preprocessing, log: DiagnosticLog())
    (fit, held) = try log.attempt { () throws(Diagnostic) in
      (
        try feeder.batch(Dataset.evenlySpaced(model.affordableSamples(32...512), among: own)),
        try feeder.batch(Dataset.evenlySpaced(model.affordableSamples(16...256), among: others))
      )
    }
  }
}

extension Optimizer.Result {
  /// What became of the outputs, and by what.
  var remark: Diagnostic {
    func text(_ ratio: Double) -> String { "\(decimals(ratio, 1)) dB" }
    return Diagnostic(
      .optimized,
      "optimizing took the outputs from \(text(before)) to \(text(after)) on "
        + counted(heldCount, "held-back sample"),
      notes: trials.map {
        "\($0.text): \(text($0.decibels))" + ($0.isKept ? "" : ", so it is left out")
      })
  }
}
