import ArgumentParser
import Octet
import OctetData
import OctetDiagnostics

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a model's accuracy on a labelled data set.",
    discussion: """
      Examples:
        octet eval lenet8.tflite --data mnist        (uses the preprocessing stored in the model)
        octet eval lenet.tflite --data mnist --preprocess scale=1/256 --json
      """)

  @OptionGroup var source: ModelArguments

  @Option(
    help: ArgumentHelp("Labelled samples, such as a folder with IDX files.", valueName: "data"))
  var data: String

  @Option(
    help: ArgumentHelp(
      "How pixels become inputs: (pixel x scale - mean) / std. Default: the model's own.",
      valueName: "spec"))
  var preprocess: String?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let options = try source.options()
    try report.run { log throws(DiagnosticFailure) in
      let model = try Model.open(source.model, options, log: log)
      let preprocessing = try Preprocessing.chosen(
        preprocess, stored: model.preprocessing, in: source.model, log: log)
      let dataset = try log.attempt { () throws(Diagnostic) in
        try Dataset.open(data, part: .evaluation, inputs: model.inputNames, log: log)
      }
      let progress = report.progress
      let result = try Evaluation.top1(model, dataset, preprocessing, log: log) { batch in
        progress.show("Validating batch \(batch)", isMilestone: batch % 10 == 0)
      }
      progress.finish()
      Console.output(report.json ? result.json.text : result.text)
    }
  }
}
