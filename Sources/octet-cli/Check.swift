import ArgumentParser
import Octet

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what would stop or spoil a conversion, and what helps; writes nothing.",
    discussion: """
      Every way out that is printed with '(tried: ...)' was tried on the model.

      Examples:
        octet check saved_model_folder
        octet check model.keras --json
        octet check frozen.pb --outputs scores --fix training=false
        octet check model.tflite --target tflm
        octet check model.tflite --data photos
      """)

  @OptionGroup var source: ModelArguments

  @OptionGroup var target: TargetArguments

  @Option(
    help: ArgumentHelp(
      "Samples to quantize the model with, in memory, for what int8 costs it on their numbers: as 'octet convert --calibration-data' takes them.",
      valueName: "data"))
  var data: String?

  @Option(help: "How many samples to take, evenly spaced; 500 by default.")
  var samples: Int?

  @Option(
    help: ArgumentHelp(
      "How ranges follow from them, as 'octet convert --calibrator' takes it; by default the one that loses least.",
      valueName: "name"))
  var calibrator: CalibrationAlgorithm?

  @OptionGroup var preprocess: PreprocessingArguments

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples must be at least 1") }
    for (isGiven, option) in [
      (samples != nil, "--samples"), (calibrator != nil, "--calibrator"),
      (preprocess.preprocess != nil, "--preprocess"),
    ] where isGiven && data == nil {
      throw ValidationError("\(option) is for --data")
    }
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      let given = try preprocess.preprocessing(log)
      var int8 = data.map { Int8Options(data: $0) }
      if let samples { int8?.samples = samples }
      int8?.algorithm = calibrator
      let check = ModelCheck(
        source.model, source.throughputOptions, target: target.value, int8: int8,
        preprocessing: given, progress: report.progress.making)
      if report.json {
        for diagnostic in check.diagnostics { Console.output(diagnostic.json.text) }
        for diagnostic in check.diagnostics where diagnostic.severity == .error {
          throw DiagnosticFailure()
        }
      } else {
        for diagnostic in check.diagnostics { log.add(diagnostic) }
        report.print(check.text(source.model), .members([]))
      }
    }
  }
}
