import ArgumentParser
import Octet

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a diagnostic code.",
    discussion: """
      Examples:
        octet explain OCT0301
        octet explain unknown-layer
      Without a code it lists all of them.
      """)

  @Argument(help: "The code or its name.")
  var code: String?

  @OptionGroup var report: ReportOptions

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      guard let code else {
        report.print(Explanation.list, Explanation.listJSON)
        return
      }
      let explanation = try log.attempt { () throws(Diagnostic) in try Explanation.find(code) }
      report.print(String(explanation.page.dropLast()), explanation.json)
    }
  }
}
