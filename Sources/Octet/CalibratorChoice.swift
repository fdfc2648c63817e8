import OctetDiagnostics
import OctetIR
import OctetQuantize

/// The calibrator that is taken where the user names none: the one whose int8 model comes nearest to the float one.
struct CalibratorChoice {
  /// The first is taken unless another one gains more than this many dB.
  private static let leastGain = 0.1

  let algorithm: CalibrationAlgorithm
  /// What was chosen, and by what.
  let remark: Diagnostic

  /// Logs what keeps the model from being quantized by the extremes.
  ///
  /// - Parameters:
  ///   - held: one float32 tensor [n, …] an input: samples that the statistics have not seen.
  ///   - options: what else is asked of the int8 form.
  ///   - progress: told what is tried.
  init(
    _ statistics: CalibrationStatistics, of float: Model, held: [Tensor], _ options: Int8Options,
    log: DiagnosticLog, progress: (String) -> Void
  ) throws(DiagnosticFailure) {
    let fidelity = try OutputFidelity(
      of: float.graph, samples: held, threads: float.threads, log: log)
    var trials: [(algorithm: CalibrationAlgorithm, decibels: Double)] = []
    for algorithm in float.calibrators {
      progress("calibrator \(algorithm.text)")
      let table = statistics.table(for: float.graph, options.rules(algorithm))
      let problems = DiagnosticLog()
      do {
        let graph = try options.quantized(float.graph, table, log: problems)
        trials.append((algorithm, try fidelity.decibels(of: graph, log: problems)))
      } catch {
        // A constant may lie beyond a range that is clipped; beyond the extremes it stops the conversion.
        if !trials.isEmpty { continue }
        for problem in problems.diagnostics { log.add(problem) }
        throw error
      }
    }
    var best = trials[0]
    for trial in trials.dropFirst() {
      let least = best.algorithm == trials[0].algorithm ? Self.leastGain : 0
      if trial.decibels > best.decibels + least { best = trial }
    }
    algorithm = best.algorithm
    remark = Diagnostic(
      .calibratorChosen,
      "calibrator '\(algorithm.text)' is taken: its outputs have \(decimals(best.decibels, 1)) dB on "
        + counted(fidelity.sampleCount, "held-back sample"),
      notes: [
        "tried: "
          + trials.map { "\($0.algorithm.text) \(decimals($0.decibels, 1)) dB" }
          .joined(separator: ", ")
      ], help: "--calibrator NAME takes another one")
  }
}

extension Model {
  /// What is worth trying. Numbers far out are where a detector has found something, whatever clipping them does to the
  /// others: only for lists of class scores they are clipped.
  fileprivate var calibrators: [CalibrationAlgorithm] {
    let isClassifier = graph.outputs.allSatisfy {
      ClassScore.isList(graph[$0].type.shape.extents ?? [1, 1, 1])
    }
    let clipping: [CalibrationAlgorithm] = [
      .percentile(CalibrationAlgorithm.defaultPercentile), .entropy,
    ]
    return [.minMax, .meanSquaredError] + (isClassifier ? clipping : [])
  }
}
