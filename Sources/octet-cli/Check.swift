import ArgumentParser
import Octet

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what would stop or spoil a conversion, and what helps; writes nothing.",
    discussion: """
      Every way out that is printed with '(tried: ...)' was tried on the model.

      Examples:
        octet check saved_model_folder
        octet check model.keras --json
        octet check frozen.pb --outputs scores --fix training=false
        octet check model.tflite --target tflm
      """)

  @OptionGroup var source: ModelArguments

  @OptionGroup var target: TargetArguments

  @OptionGroup var report: ReportOptions

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      let check = ModelCheck(source.model, source.throughputOptions, target: target.value)
      if report.json {
        for diagnostic in check.diagnostics { Console.output(diagnostic.json.text) }
        for diagnostic in check.diagnostics where diagnostic.severity == .error {
          throw DiagnosticFailure()
        }
      } else {
        for diagnostic in check.diagnostics { log.add(diagnostic) }
        report.print(check.text(source.model), .members([]))
      }
    }
  }
}
