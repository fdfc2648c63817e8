import ArgumentParser
import Octet

struct Ops: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the operators Octet supports.",
    discussion: """
      Examples:
        octet ops
        octet ops CONV_2D
        octet ops Convolution
        octet ops --target tflm
        octet ops --json
      """)

  @Argument(
    help: ArgumentHelp(
      "Operators, or layers of a framework that become some: their sources are shown.",
      valueName: "name"))
  var names: [String] = []

  @OptionGroup var target: TargetArguments

  @OptionGroup var report: ReportOptions

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      var table = OperatorTable(target: target.value)
      if !names.isEmpty {
        table = try log.attempt { () throws(Diagnostic) in try table.selecting(names) }
      }
      report.print(table.text, table.json)
    }
  }
}
