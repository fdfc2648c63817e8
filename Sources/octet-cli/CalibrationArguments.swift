public import ArgumentParser
public import Octet

/// The samples to calibrate with and what to make of them.
struct CalibrationArguments: ParsableArguments {
  @Option(
    name: [.customLong("calibration-data")],
    help: ArgumentHelp(
      "Samples: a folder with pictures or IDX files, a pattern ('photos/*.jpg'), .npy, .npz (arrays named like the inputs, or x) or a text list of .npy files or pictures.",
      valueName: "data"))
  var data: String?

  @Option(help: "How ranges follow from values: min-max (default) or entropy.")
  var calibrator: CalibrationAlgorithm?

  @Option(help: "How many samples to take, evenly spaced; 500 by default.")
  var samples: Int?

  @OptionGroup var preprocess: PreprocessingArguments

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples must be at least 1") }
  }

  func preprocessing(_ log: DiagnosticLog) throws(DiagnosticFailure) -> Preprocessing? {
    try preprocess.preprocessing(log)
  }
}

/// What becomes of pixels.
struct PreprocessingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What pixels become: (pixel x scale - mean) / std. Keys scale, mean, std; a mean or std a channel: mean=104:117:123. For pictures also resize=stretch|letterbox|crop and channels=rgb|bgr|gray. Default: what the model or table says.",
      valueName: "spec"))
  var preprocess: String?

  func preprocessing(_ log: DiagnosticLog) throws(DiagnosticFailure) -> Preprocessing? {
    guard let preprocess else { return nil }
    return try log.attempt { () throws(Diagnostic) in try Preprocessing(preprocess) }
  }
}

extension CalibrationAlgorithm: ExpressibleByArgument {}
extension InterfaceType: ExpressibleByArgument {}
extension Optimization: ExpressibleByArgument {}
