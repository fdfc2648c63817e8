public import ArgumentParser
public import Octet

struct DebugPrecision: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "precision",
    abstract: "Find the layers to keep in int16 or float32, and what they cost.",
    discussion: """
      Groups of layers are ranked by what their own errors cost the outputs; then the \
      first of them that reach the target are looked for, and those left out that it is \
      reached without. Each model that is tried is written, timed and measured; --threads \
      times it with more than one thread. FILE gets the layers for \
      'octet convert --int8 --precision-file FILE'; give convert the same other options.

      What was measured stays in FILE.search.json until the search is done: after Ctrl-C \
      or a failure of --metric-command the same command line goes on there.

      Examples:
        octet debug precision net.cfg --weights net.weights \\
            --calibration-data photos --target-metric sqnr=28dB -o layers.txt \\
            --plot layers.svg
        octet debug precision saved_model_folder --calibration-data photos \\
            --target-metric top1-drop=0.2% --in float32 --search greedy -o layers.txt
        octet debug precision net.cfg --weights net.weights \\
            --calibration-data photos --metric-command './map.py {model}' \\
            --target 0.95 -o layers.txt
      """)

  @OptionGroup var source: ModelArguments

  @OptionGroup var calibration: CalibrationArguments

  @OptionGroup var detector: DetectorArguments

  @Option(
    help: ArgumentHelp("Use the ranges of a table made by 'octet calibrate'.", valueName: "file"))
  var calibrationTable: String?

  @OptionGroup var layers: LayerArguments

  @Option(
    help: ArgumentHelp(
      "Measure with this command of the shell: {model} stands for a .tflite, and the last line that it prints is a number. It may end with no other exit code than 0.",
      valueName: "command"))
  var metricCommand: String?

  @Option(help: "What --metric-command must print at least.")
  var target: Double?

  @Flag(help: "It must print --target at most.")
  var lowerIsBetter = false

  @Option(
    help: ArgumentHelp(
      "What --metric-command may take for a model; 3600 by default.", valueName: "seconds"))
  var timeout: Int?

  @Option(
    help:
      "bisect (default): halve the ranking for the fewest that do; greedy: one after the other, if the model gets better by it."
  )
  var search = PrecisionStudy.Search.bisect

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "What layers become: int16 (default; float32 where there is no int16 form) or float32.",
      valueName: "type"))
  var wide = LayerPrecision.int16

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the layers here, for convert --precision-file.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Draw the trials here: what is reached, over time and size.", valueName: "file.svg"))
  var plot: String?

  @Flag(help: "Keep FILE.search.json when the search is done, for the next one.")
  var keep = false

  @OptionGroup var report: ReportOptions

  private var state: String { output + ".search.json" }

  func validate() throws {
    if [layers.targetMetric != nil, metricCommand != nil].count(where: { $0 }) != 1 {
      throw ValidationError("say what is to be reached: --target-metric or --metric-command")
    }
    if let metricCommand {
      if !metricCommand.contains("{model}") {
        throw ValidationError("--metric-command has no {model}")
      }
      guard let target, abs(target) <= MetricCommand.limit else {
        throw ValidationError("--metric-command needs --target NUMBER")
      }
    }
    for (isGiven, option) in [
      (target != nil, "--target"), (lowerIsBetter, "--lower-is-better"),
      (timeout != nil, "--timeout"),
    ] where isGiven && metricCommand == nil {
      throw ValidationError("\(option) is for --metric-command")
    }
    if let timeout, !(1...86_400).contains(timeout) {
      throw ValidationError("--timeout must be from 1 to 86400 seconds")
    }
    if wide == .int8 { throw ValidationError("--in takes int16 or float32") }
    if calibration.data == nil { throw ValidationError("give samples with --calibration-data") }
    if calibrationTable != nil, calibration.isOfMaking {
      throw ValidationError(
        "a --calibration-table is ready: --calibrator and --samples make one")
    }
    if let plot, !plot.hasSuffix(".svg") { throw ValidationError("--plot takes a FILE.svg") }
    if plot == output { throw ValidationError("-o and --plot name one file") }
    for written in [output, state, plot] {
      try source.protect(
        from: written, others: [calibrationTable, calibration.data, layers.precisionFile])
    }
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      let given = try calibration.preprocessing(log)
      for case let path? in [output, state, plot] { try checkWritable(path, log: log) }
      var options = calibration.options
      options.table = calibrationTable
      try layers.apply(to: &options, log)
      var model = try Model.opening(source.model, source.throughputOptions, log: log) {
        imported, log throws(DiagnosticFailure) in
        try imported.converted(forInt8: true, log: log) { _ in }
      }
      model = try detector.apply(to: model, log)
      Interruption.watch()
      let study = try PrecisionStudy(
        model, options, request, preprocessing: given, log: log, progress: report.progress.making,
        isInterrupted: { Interruption.hasCome })
      try study.write(output, log: log)
      if let plot { try study.writePlot(plot, log: log) }
      let written =
        (study.chosen == nil
          ? [] : ["wrote \(output), for octet convert --int8 --precision-file \(output)"])
        + (plot.map { ["wrote \($0)"] } ?? [])
      report.print(([study.text] + written).joined(separator: "\n"), study.json)
      if let missed = study.missed { throw log.failure(missed) }
    }
  }

  private var request: PrecisionStudy.Request {
    var goal = layers.targetMetric.map { PrecisionGoal.metric($0) }
    if let metricCommand, let target {
      goal = .command(
        MetricCommand(
          metricCommand, target: target, lowerIsBetter: lowerIsBetter, seconds: timeout ?? 3600))
    }
    // One of the two is there.
    var request = PrecisionStudy.Request(goal: goal!, state: state)
    request.search = search
    request.wide = wide
    request.threads = source.options.threads
    request.keepsState = keep
    return request
  }
}

extension PrecisionStudy.Search: ExpressibleByArgument {}
extension LayerPrecision: ExpressibleByArgument {}
