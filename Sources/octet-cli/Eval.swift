import ArgumentParser
import Octet

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a model's accuracy on a labelled data set.",
    discussion: """
      Examples:
        octet eval lenet8.tflite --data mnist
        octet eval lenet.tflite --data mnist --preprocess scale=1/256 --json
      The preprocessing stored in the model is used unless --preprocess is given.
      """)

  @OptionGroup var source: ModelArguments

  @Option(
    help: ArgumentHelp(
      "Labelled samples: a folder with IDX files, or an .npz with x and y.", valueName: "data"))
  var data: String

  @OptionGroup var preprocess: PreprocessingArguments

  @OptionGroup var report: ReportOptions

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      let given = try preprocess.preprocessing(log)
      let model = try Model.open(source.model, source.options, log: log)
      let preprocessing = try Preprocessing.chosen(
        given, stored: model.preprocessing, in: source.model, log: log)
      let dataset = try model.dataset(data, part: .evaluation, log: log)
      let progress = report.progress
      let result = try Evaluation.top1(model, dataset, preprocessing, log: log) { batch in
        progress.show("Validating batch \(batch)", isMilestone: batch % 10 == 0)
      }
      report.print(result.text, result.json)
    }
  }
}
