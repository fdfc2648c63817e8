import ArgumentParser
import Octet

struct Ops: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the operators Octet supports.",
    discussion: """
      Examples:
        octet ops
        octet ops --markdown
      """)

  @Flag(help: "Print the table as Markdown, as in the README.")
  var markdown = false

  @OptionGroup var report: ReportOptions

  func run() throws {
    try report.run { _ throws(DiagnosticFailure) in
      let table = OperatorTable()
      report.print(markdown ? table.markdown : table.text, table.json)
    }
  }
}
