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

      Exit codes: 0 all went well; 1 the model or the data is at fault, and a \
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
    let verb = checkedVerb(arguments)
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
      checkOptions(arguments, of: verb)
      var message = text.replacing("Error: ", with: "error: ", maxReplacements: 1)
      if text.contains("'<model>'"), arguments.contains("--outputs") {
        message +=
          "\n  help: --outputs takes all names up to the next option: put it after the model"
      }
      Console.error(message)
      Console.exit(2)
    }
  }

  /// What a command line is for; ends the program for a verb that there is not, or one of 'debug'.
  private static func checkedVerb(_ arguments: [String]) -> any ParsableCommand.Type {
    let isHelp = arguments.first == "help"
    var found: any ParsableCommand.Type = OctetCommand.self
    for verb in isHelp ? arguments.dropFirst() : arguments[...] {
      let level = found.configuration.subcommands
      if level.isEmpty || !isHelp && verb.hasPrefix("-") { break }
      guard let next = level.first(where: { $0._commandName == verb }) else {
        fail(
          "error: there is no verb '\(verb)'", near: verb, in: level.map { $0._commandName },
          "'octet --help' lists the verbs")
      }
      found = next
    }
    return found
  }

  /// Ends the program for an option that the verb has not: what it is there for would be missed first.
  private static func checkOptions(_ arguments: [String], of verb: any ParsableCommand.Type) {
    let help = try? JSON(parsing: verb._dumpHelp(), file: nil, format: "help")
    let known = (help?["command"]?["arguments"]?.elements ?? []).flatMap { argument in
      (argument["names"]?.elements ?? []).filter { $0["kind"]?.words == "long" }
        .compactMap { $0["name"]?.words }.map { "--" + $0 }
    }
    guard !known.isEmpty else { return }
    for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
      let option = String(argument.prefix { $0 != "=" })
      if known.contains(option) || option.contains(" ") { continue }
      let isNested = Debug.configuration.subcommands.contains { $0 == verb }
      let path =
        ["octet"] + (isNested ? ["debug"] : [])
        + (verb == OctetCommand.self ? [] : [verb._commandName])
      fail(
        "error: there is no option '\(option)'", near: option, in: known,
        "'\(path.joined(separator: " ")) --help' lists the options")
    }
  }

  private static func fail(
    _ message: String, near name: String, in candidates: [String], _ other: String
  ) -> Never {
    Console.error(message)
    let near = nearMatches(to: name, in: candidates)
    if !near.isEmpty { Console.error("  help: did you mean \(alternatives(near))?") }
    Console.error("  help: \(other)")
    Console.exit(2)
  }
}
