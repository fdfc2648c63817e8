import ArgumentParser
import Octet

struct Debug: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find what goes wrong in a model: 'debug trace', 'debug reduce', 'debug precision'.",
    discussion: """
      Examples:
        octet debug trace net.tflite --input x.npy --nan
        octet debug reduce net.tflite --against reference -o small.tflite
        octet debug precision net.tflite --calibration-data photos \\
            --target-metric sqnr=30dB -o layers.txt
      """,
    subcommands: [DebugTrace.self, DebugReduce.self, DebugPrecision.self])
}

/// What a run for the debugger is given.
struct FeedArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A picture or a tensor, as 'octet run' takes it: FILE, NAME=FILE or FILE.npz.",
      valueName: "file"))
  var input: [String] = []

  @Option(
    help: ArgumentHelp(
      "Samples: a folder, a pattern, .npy, .npz or a list, as 'octet eval' takes them.",
      valueName: "data"))
  var data: String?

  @OptionGroup var preprocess: PreprocessingArguments

  func validate() throws {
    if data != nil, !input.isEmpty { throw ValidationError("give --input or --data, not both") }
  }

  /// What is in the files of --input.
  func tensors(
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [(name: String?, input: Session.Input)] {
    var result: [(name: String?, input: Session.Input)] = []
    for argument in input {
      let (name, path) = Run.split(argument)
      result += try log.attempt { () throws(Diagnostic) in
        try Session.Input.read(path, name: name)
      }
    }
    return result
  }

  var paths: [String?] { input.map { Run.split($0).path } + [data] }

  /// One feed a run.
  func feeds(
    for model: Model, _ tensors: [(name: String?, input: Session.Input)], samples: Int,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [Tracer.Feed] {
    guard let data else { return tensors.isEmpty ? [.random] : [.inputs(tensors)] }
    let dataset = try model.dataset(data, part: .evaluation, log: log)
    let preprocessing = try Preprocessing.chosen(
      try preprocess.preprocessing(log), stored: model.preprocessing, in: model.path, log: log)
    return Dataset.evenlySpaced(samples, of: dataset.count).map {
      .sample(dataset, $0, preprocessing)
    }
  }
}
