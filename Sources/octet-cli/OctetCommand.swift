import ArgumentParser
import Octet

/// The command line: arguments and printing only; the work is done by the library `Octet`.
@main
struct OctetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "octet",
    abstract: "Convert trained models to int8 .tflite, run them, and see what became of them.",
    discussion: """
      Examples:
        octet convert lenet.prototxt --weights lenet.caffemodel -o lenet.tflite
        octet convert lenet.prototxt --weights lenet.caffemodel -o lenet8.tflite \\
            --int8 --calibration-data mnist --preprocess scale=1/256
        octet eval lenet8.tflite --data mnist
        octet inspect lenet8.tflite

      Exit codes: 0 all went well; 1 the model or the data is at fault, and a
      diagnostic says how; 2 the command line is at fault; 70 Octet is at fault.
      """,
    version: "octet 0.1",
    subcommands: [
      Convert.self, Check.self, Inspect.self, Diff.self, Compare.self, ReportCommand.self,
      Calibrate.self, Run.self, Eval.self, Bench.self, Extract.self, Edit.self, Debug.self,
      Explain.self, Ops.self,
    ])

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    checkVerbs(arguments)
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let status as ExitCode {
      Console.exit(status.rawValue)
    } catch {
      let text = fullMessage(for: error)
      if exitCode(for: error) == .success {
        Console.output(text)
        Console.exit(0)
      }
      var message = text.replacing("Error: ", with: "error: ", maxReplacements: 1)
      if text.contains("'<model>'"), arguments.contains("--outputs") {
        message +=
          "\n  help: --outputs takes all names up to the next option: put it after the model"
      }
      Console.error(message)
      Console.exit(2)
    }
  }

  /// Ends the program for a verb that there is not, or one of 'debug'.
  private static func checkVerbs(_ arguments: [String]) {
    let isHelp = arguments.first == "help"
    var level: [any ParsableCommand.Type] = configuration.subcommands
    for verb in isHelp ? arguments.dropFirst() : arguments[...] {
      if level.isEmpty || !isHelp && verb.hasPrefix("-") { return }
      guard let next = level.first(where: { $0._commandName == verb }) else {
        fail("error: there is no verb '\(verb)'", near: verb, in: level.map { $0._commandName })
      }
      level = next.configuration.subcommands
    }
  }

  private static func fail(_ message: String, near name: String, in candidates: [String]) -> Never {
    Console.error(message)
    let near = nearMatches(to: name, in: candidates)
    if !near.isEmpty { Console.error("  help: did you mean \(alternatives(near))?") }
    Console.error("  help: 'octet --help' lists the verbs")
    Console.exit(2)
  }
}
