import ArgumentParser
import Octet

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a model.",
    discussion: """
      Examples:
        octet inspect lenet8.tflite
        octet inspect lenet.prototxt
        octet inspect lenet8.tflite --plan
        octet inspect lenet8.tflite --dot | dot -Tsvg > lenet.svg
        octet inspect lenet8.tflite --graph lenet8.html
        octet inspect lenet8.tflite --ir
      Weights are not needed to look at a Caffe net.
      """)

  @OptionGroup var source: ModelArguments

  @Flag(help: "Show the runtime's plan: kernels, and where tensors live in memory.")
  var plan = false

  @Flag(help: "Print the graph in Graphviz's language.")
  var dot = false

  @Option(help: ArgumentHelp("Draw the graph as a page for a browser.", valueName: "file.html"))
  var graph: String?

  @Flag(help: "Print the graph as text IR; constants of more than 16 elements are left out.")
  var ir = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if [plan, dot, ir].filter({ $0 }).count > 1 {
      throw ValidationError("--plan, --dot and --ir exclude each other")
    }
    try source.protect(from: graph)
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      if let graph { try checkWritable(graph, log: log) }
      if plan {
        let plan = try PlanReport(
          try Model.open(source.model, source.options, log: log), log: log)
        report.print(plan.text, plan.json)
      } else if dot {
        let text = try Report.of(source.model, source.options, isTimed: false, log: log).dot
        report.print(text, .members([("dot", .string(text))]))
      } else if ir {
        let text = try Model.text(source.model, source.options, log: log)
        report.print(text, .members([("ir", .string(text))]))
      } else {
        let inspection = try Inspection.of(source.model, source.options, log: log)
        report.print(inspection.text, inspection.json)
      }
      if let graph {
        // What there is to say of the model has been said.
        let quiet = DiagnosticLog()
        try Report.of(source.model, source.options, log: quiet).write(graph, .html, log: log)
        if !report.json { Console.error("wrote \(graph)") }
      }
    }
  }
}
