import ArgumentParser
import Octet

struct Ops: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the operators Octet supports.",
    discussion: """
      Examples:
        octet ops
        octet ops --target tflm
        octet ops --json
      """)

  @OptionGroup var target: TargetArguments

  @OptionGroup var report: ReportOptions

  func run() throws {
    try report.run { _ throws(DiagnosticFailure) in
      let table = OperatorTable(target: target.value)
      report.print(table.text, table.json)
    }
  }
}
