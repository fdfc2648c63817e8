import ArgumentParser
import Octet
import OctetDiagnostics

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a model.",
    discussion: """
      Examples:
        octet inspect lenet8.tflite
        octet inspect lenet.prototxt                 (weights are not needed to look)
        octet inspect lenet8.tflite --plan           (kernels and memory of the runtime)
        octet inspect lenet8.tflite --dot | dot -Tsvg > lenet.svg
        octet inspect lenet8.tflite --ir             (Octet's text form of the graph)
      """)

  @OptionGroup var source: ModelArguments

  @Flag(help: "Show the runtime's plan: kernels, and where tensors live in memory.")
  var plan = false

  @Flag(help: "Print the graph in Graphviz's language.")
  var dot = false

  @Flag(help: "Print the graph as text IR; constants of more than 16 elements are left out.")
  var ir = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if [plan, dot, ir].filter({ $0 }).count > 1 {
      throw ValidationError("--plan, --dot and --ir exclude each other")
    }
  }

  func run() throws {
    let options = try source.options()
    try report.run { log throws(DiagnosticFailure) in
      if plan {
        let plan = try PlanReport(try Model.open(source.model, options, log: log), log: log)
        Console.output(
          report.json ? plan.json.text : plan.text, terminator: report.json ? "\n" : "")
      } else if ir {
        Console.output(
          try Model.text(source.model, options, log: log), terminator: "")
      } else {
        let inspection = try Inspection.of(source.model, options, log: log)
        if report.json {
          Console.output(inspection.json.text)
        } else {
          Console.output(dot ? inspection.dot : inspection.text, terminator: "")
        }
      }
    }
  }
}
