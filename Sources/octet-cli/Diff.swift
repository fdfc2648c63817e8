import ArgumentParser
import Octet

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Compare the structures of two models of any formats: what was added, removed, changed.",
    discussion: """
      Layers are matched by their filters' shapes, their order and what they read, not by \
      their names. A model that does not convert is compared with the options that \
      'octet check' finds for it; what stops it is listed, with the differences it comes from.

      Examples:
        octet diff yolov3-tiny.cfg saved_model_folder
        octet diff net.prototxt net.tflite --weights-a net.caffemodel
        octet diff before.keras after.keras --json
        octet diff before.keras after.keras --graph diff.html
      Weights are not needed; with those of both models they are compared too.

      Exit codes: 0 the structures are the same; 1 they differ, or a model cannot be read; \
      2 the command line is at fault.
      """)

  @Argument(help: "The first model, of any format.")
  var a: String

  @Argument(help: "The second model.")
  var b: String

  @Option(
    help: ArgumentHelp("The weights of the first, a Caffe or Darknet net.", valueName: "file"))
  var weightsA: String?

  @Option(
    help: ArgumentHelp("The weights of the second, a Caffe or Darknet net.", valueName: "file"))
  var weightsB: String?

  @Option(help: ArgumentHelp("Draw both models side by side.", valueName: "file.html"))
  var graph: String?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard let graph else { return }
    for input in [a, b, weightsA, weightsB] {
      if let input, overwrites(graph, input: input) {
        throw ValidationError("'\(graph)' is read: write to another file")
      }
    }
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      if let graph { try checkWritable(graph, log: log) }
      let diff = try ModelDiff(
        a, b, optionsA: ModelOptions(weights: weightsA), optionsB: ModelOptions(weights: weightsB),
        log: log)
      report.print(diff.text, diff.json)
      if let graph {
        let picture = Report(diff)
        try picture?.write(graph, .html, log: log)
        if !report.json {
          Console.error(
            picture == nil
              ? "\(graph) is not written: neither model has a graph" : "wrote \(graph)")
        }
      }
      if !diff.isSame { throw DiagnosticFailure() }
    }
  }
}
