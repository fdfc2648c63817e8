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

  @Option(
    help: ArgumentHelp(
      "How ranges follow from values: min-max, entropy (as TensorRT), percentile, percentile:99.9 or mse (least squared error). By default the one that loses least on samples that it was not made from.",
      valueName: "name"))
  var calibrator: CalibrationAlgorithm?

  @Option(
    help: ArgumentHelp(
      "The calibrator of the tensors of a name or pattern: 'conv1*=percentile:99.9'.",
      valueName: "tensor=calibrator"))
  var calibratorFor: [CalibratorException] = []

  @Option(
    help: ArgumentHelp(
      "Give the tensors of a name or pattern a zero point of 0, as TensorRT does: '*' for all.",
      valueName: "tensor"))
  var symmetric: [String] = []

  @Option(help: "How many samples to take, evenly spaced; 500 by default.")
  var samples: Int?

  @OptionGroup var preprocess: PreprocessingArguments

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples must be at least 1") }
  }

  func preprocessing(_ log: DiagnosticLog) throws(DiagnosticFailure) -> Preprocessing? {
    try preprocess.preprocessing(log)
  }

  /// Whether they say how a table is made.
  var isOfMaking: Bool {
    calibrator != nil || isOfTensors || samples != nil
  }

  /// Whether they say something of single tensors.
  var isOfTensors: Bool { !calibratorFor.isEmpty || !symmetric.isEmpty }

  /// What the arguments say of a conversion.
  var options: Int8Options {
    var options = Int8Options(data: data)
    options.algorithm = calibrator
    options.exceptions = calibratorFor.map { ($0.pattern, $0.algorithm) }
    options.symmetric = symmetric.map { NamePattern($0) }
    options.samples = samples ?? options.samples
    return options
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

extension CalibrationAlgorithm: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }

  public static var allValueStrings: [String] { names }
}

extension CalibrationStatistics.Shard: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// `conv1*=percentile:99.9`.
struct CalibratorException: ExpressibleByArgument {
  let pattern: NamePattern
  let algorithm: CalibrationAlgorithm

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="), equals != argument.startIndex,
      let algorithm = CalibrationAlgorithm(String(argument[argument.index(after: equals)...]))
    else { return nil }
    pattern = NamePattern(String(argument[..<equals]))
    self.algorithm = algorithm
  }
}
extension InterfaceType: ExpressibleByArgument {}
extension Optimization: ExpressibleByArgument {}
extension Report.Format: ExpressibleByArgument {}
