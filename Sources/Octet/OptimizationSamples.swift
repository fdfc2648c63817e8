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
          "--optimize needs at least \(Self.fewest) samples: some to fit and some to judge by",
          helps: [.init("or leave it out", arguments: ["--optimize", "none"])]))
    }
    let all = used ?? Array(0..<dataset.count)
    let taken = Set(all)
    var others = (0..<dataset.count).filter { !taken.contains($0) }
    var own = all
    if others.isEmpty {
      others = Dataset.evenlySpaced(dataset.count / 4, of: dataset.count)
      own = all.filter { !others.contains($0) }
    }
    func chosen(_ indices: [Int], _ count: Int) -> [Int] {
      Dataset.evenlySpaced(count, of: indices.count).map { indices[$0] }
    }
    let feeder = try SampleFeeder(dataset, model, preprocessing, log: DiagnosticLog())
    (fit, held) = try log.attempt { () throws(Diagnostic) in
      (
        try feeder.batch(chosen(own, model.affordableSamples(32...512))),
        try feeder.batch(chosen(others, model.affordableSamples(16...256)))
      )
    }
  }
}

extension Optimizer.Result {
  /// What became of the outputs, and by what.
  var remark: Diagnostic {
    func decibels(_ value: Double) -> String { "\((value * 10).rounded() / 10) dB" }
    return Diagnostic(
      .optimized,
      "optimizing took the outputs from \(decibels(before)) to \(decibels(after)) on "
        + counted(heldCount, "held-back sample"),
      notes: trials.map {
        "\($0.text): \(decibels($0.decibels))" + ($0.isKept ? "" : ", so it is left out")
      })
  }
}
