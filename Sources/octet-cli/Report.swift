import ArgumentParser
import Octet

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make one HTML file of a model or of a comparison, to look at in a browser.",
    discussion: """
      The file needs no network: the data flow as a picture with types, scales and ranges, and \
      for a comparison own and inherited errors, their causes, histograms, calibration curves \
      and what a detector finds. Its JSON has the form of schemas/report.schema.json.

      Examples:
        octet compare yolo.cfg yolo8.tflite --weights-a yolo.weights --data photos \\
            -o yolo.json
        octet report yolo.json -o yolo.html
        octet report yolo8.tflite -o yolo8.html
        octet report yolo8.tflite --data photos --labels coco.names -o yolo8.html
        octet report yolo.json -o yolo.dot
        octet report yolo.json -o errors.json --format node-data
      """)

  @OptionGroup var source: ModelArguments

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to write the report.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "html, json, dot (Graphviz) or node-data (Model Explorer); by default what the file's name ends with, or html.",
      valueName: "name"))
  var format: Report.Format?

  @Option(
    help: ArgumentHelp(
      "Samples to run a model on: a folder with pictures or IDX files, a pattern ('photos/*.jpg'), .npy, .npz or a text list.",
      valueName: "data"))
  var data: String?

  @Option(help: "How many samples to take, evenly spaced; 32 by default.")
  var samples: Int?

  @Option(help: ArgumentHelp("The classes' names, one a line.", valueName: "file"))
  var labels: String?

  @OptionGroup var preprocess: PreprocessingArguments

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples must be at least 1") }
    for (isGiven, option) in [
      (samples != nil, "--samples"), (labels != nil, "--labels"),
      (preprocess.preprocess != nil, "--preprocess"),
    ] where isGiven && data == nil {
      throw ValidationError("\(option) is for --data")
    }
    if data != nil, Report.isReport(source.model) {
      throw ValidationError("--data is for a model: '\(source.model)' is a report already")
    }
    try source.protect(from: output, others: [data, labels])
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      try checkWritable(output, log: log)
      let made =
        Report.isReport(source.model)
        ? try Report.read(source.model, log: log)
        : try Report.of(source.model, source.options, samples: try given(log), log: log)
      let ending = output.split(separator: ".").last.map(String.init)
      let chosen = format ?? ending.flatMap { Report.Format(rawValue: $0) } ?? .html
      try made.write(output, chosen, log: log)
      report.print("wrote \(output)", .members([("output", .string(output))]))
    }
  }

  private func given(_ log: DiagnosticLog) throws(DiagnosticFailure) -> Report.Samples? {
    guard let data else { return nil }
    return Report.Samples(
      data, preprocessing: try preprocess.preprocessing(log), count: samples ?? 32,
      names: try classNames(labels, log))
  }
}
