import ArgumentParser
import Octet

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make one HTML file of a model or of a comparison, to look at in a browser.",
    discussion: """
      The file needs no network: the data flow as a picture with types, scales and ranges, and
      for a comparison own and inherited errors, their causes, histograms, calibration curves
      and what a detector finds. Its JSON has the form of schemas/report.schema.json.

      Examples:
        octet compare yolo.cfg yolo8.tflite --weights-a yolo.weights --data photos -o yolo.json
        octet report yolo.json -o yolo.html
        octet report yolo8.tflite -o yolo8.html
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

  @OptionGroup var report: ReportOptions

  func validate() throws { try source.protect(from: output) }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      try checkWritable(output, log: log)
      let made =
        Report.isReport(source.model)
        ? try Report.read(source.model, log: log)
        : try Report.of(source.model, source.options, log: log)
      let ending = output.split(separator: ".").last.map(String.init)
      let chosen = format ?? ending.flatMap { Report.Format(rawValue: $0) } ?? .html
      try made.write(output, chosen, log: log)
      report.print("wrote \(output)", .members([("output", .string(output))]))
    }
  }
}
