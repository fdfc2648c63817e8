import ArgumentParser
import Octet
import OctetDiagnostics

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
        for code in DiagnosticCode.all {
          Console.output(
            report.json
              ? JSON.members([
                ("code", .string(code.id)), ("name", .string(code.name)),
                ("severity", .string(code.severity.rawValue)),
              ]).text : "\(code.id)  \(code.severity.rawValue)  \(code.name)")
        }
        return
      }
      let explanation = try log.attempt { () throws(Diagnostic) in try Explanation.find(code) }
      Console.output(
        report.json ? explanation.json.text + "\n" : explanation.page, terminator: "")
    }
  }
}
