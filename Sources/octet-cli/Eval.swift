import ArgumentParser
import Octet

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a model's accuracy on a labelled data set.",
    discussion: """
      Examples:
        octet eval lenet8.tflite --data mnist
        octet eval lenet.tflite --data mnist --preprocess scale=1/256 --json
        octet eval yolo8.tflite --data val/images --labels coco.names
        octet eval yolo8.tflite --data 'val/images/*.jpg' --json
      A classifier's result is its top-1 accuracy, a detector's the mean average \
      precision over its classes as COCO defines it. The preprocessing stored in \
      the model is used unless --preprocess is given.
      """)

  @OptionGroup var source: ModelArguments

  @Option(
    help: ArgumentHelp(
      "Labelled samples: a folder with IDX files, or an .npz with x and y; for a detector pictures with YOLO labels: NAME.txt beside NAME.jpg, or in 'labels' beside 'images'.",
      valueName: "data"))
  var data: String

  @Option(
    help: ArgumentHelp(
      "The classes' names, one a line; a detector's are told apart.", valueName: "file"))
  var labels: String?

  @Flag(
    help: ArgumentHelp(
      "The samples are one stream: what the model keeps in variables stays from one to the next."))
  var keepState = false

  @OptionGroup var preprocess: PreprocessingArguments

  @OptionGroup var detector: DetectorArguments

  @OptionGroup var report: ReportOptions

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      let given = try preprocess.preprocessing(log)
      let names = try classNames(labels, log)
      let model = try detector.apply(
        to: Model.open(source.model, source.throughputOptions, log: log), log)
      let preprocessing = try Preprocessing.chosen(
        given, stored: model.preprocessing, in: source.model, log: log)
      let dataset = try model.dataset(data, part: .evaluation, log: log)
      let progress = report.progress
      func show(_ batch: Int) {
        progress.show("Validating batch \(batch)", isMilestone: batch % 10 == 0)
      }
      if model.detector != nil, dataset.picturePaths != nil {
        let result = try DetectionEvaluation.measure(
          model, dataset, preprocessing, names: names, log: log, progress: show)
        report.print(result.text, result.json)
      } else {
        if labels != nil {
          throw log.failure(
            Diagnostic(
              .noDetections, "--labels is for the classes of a detector on labelled pictures"))
        }
        let result = try Evaluation.top1(
          model, dataset, preprocessing, keepsVariables: keepState, log: log, progress: show)
        report.print(result.text, result.json)
      }
    }
  }
}
