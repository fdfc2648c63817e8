import OctetData
public import OctetDiagnostics
import OctetFiles
import OctetQuantize

extension PrecisionStudy.Trial {
  /// `12.345 ms, 8910 bytes`
  var price: String { "\(decimals(milliseconds, 3)) ms, \(bytes) bytes" }

  fileprivate var json: JSON {
    .members([
      ("trial", .string(text)), ("groups", .strings(groups)), ("value", .number(value)),
      ("reached", .bool(isReached)), ("ms", .number(milliseconds)), ("bytes", .int(bytes)),
      ("pareto", .bool(isOnFront)),
    ])
  }
}

extension PrecisionStudy {
  /// The groups, the trials, and what was chosen.
  public var text: String {
    let ranking = TextTable(
      header: ["#", "group", "layers", "MACs", "dB", "becomes"],
      rows: groups.enumerated().map { index, group in
        [
          "\(index + 1)", TextTable.clipped(group.name, head: 40), "\(group.layers.count)",
          "\(group.macs)",
          group.decibels.isFinite ? decimals(group.decibels, 1) : "", group.becomes,
        ]
      }, rightAligned: [0, 2, 3, 4])
    let first = trials[0]
    func more(_ value: Double, _ base: Double) -> String {
      let part = decimals(100 * (value / max(base, 1e-9) - 1), 1)
      return part.hasPrefix("-") ? part : "+" + part
    }
    let table = TextTable(
      header: ["#", "trial", "groups", "value", "ms", "+%", "bytes", "+%", ""],
      rows: trials.enumerated().map { index, trial in
        [
          "\(index + 1)", TextTable.clipped(trial.text, head: 40), "\(trial.groups.count)",
          goal.cell(trial.value),
          decimals(trial.milliseconds, 3), more(trial.milliseconds, first.milliseconds),
          "\(trial.bytes)", more(Double(trial.bytes), Double(first.bytes)),
          (trial.isReached ? "reached" : "")
            + (index == chosen ? ", chosen" : "") + (trial.isOnFront ? " *" : ""),
        ]
      }, rightAligned: [0, 2, 3, 4, 5, 6, 7])
    return """
      groups of layers, by what their own errors cost: dB of the outputs if each were the only one

      \(ranking.text)
      value: \(goal.measure); \(counted(samples, "held-back sample")), times with \(counted(threads, "thread"))
      *: no other is as good, as fast and as small

      \(table.text)
      \(summary)
      """
  }

  private var summary: String {
    let before = goal.text(trials[0].value)
    guard let chosen else { return "\(goal.text) is not reached" }
    let trial = trials[chosen]
    if trial.groups.isEmpty { return "\(goal.text) is reached by int8 alone: \(before)" }
    return
      "\(goal.text) is reached with \(trial.groups.count) of \(counted(groups.count, "group")) in \(wide.rawValue): "
      + "\(goal.text(trial.value)), \(before) by int8 alone\n"
      + trial.groups.map { "  '\($0)'\n" }.joined()
      + "it costs \(trial.price); int8 alone \(trials[0].price)"
  }

  public var json: JSON {
    .members([
      ("goal", .string(goal.text)), ("measure", .string(goal.measure)),
      ("samples", .int(samples)), ("resumed", .int(resumed)),
      (
        "groups",
        .array(
          groups.map { group in
            .members([
              ("group", .string(group.name)),
              (
                "layers",
                .members(group.layers.map { ($0.name, .string($0.precision.rawValue)) })
              ),
              ("macs", .int(group.macs)),
              ("db", group.decibels.isFinite ? .number(group.decibels) : nil),
            ])
          })
      ),
      ("trials", .array(trials.map { $0.json })), ("chosen", chosen.map { .int($0) }),
    ])
  }

  /// Writes what `convert --precision-file` reads; nothing where the goal is not reached.
  public func write(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    guard let precisions else { return }
    try log.attempt { () throws(Diagnostic) in try writeFile(path, Array(precisions.utf8)) }
  }

  /// Draws the trials: what is reached over time and over size.
  public func writePlot(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    let plot = ParetoPlot(self).svg
    try log.attempt { () throws(Diagnostic) in try writeFile(path, Array(plot.utf8)) }
  }
}

extension PrecisionStudy.Group {
  fileprivate var becomes: String {
    let floats = layers.count { $0.precision == .float32 }
    return floats == 0
      ? "int16" : floats == layers.count ? "float32" : "int16, \(floats) in float32"
  }
}
