import ArgumentParser
import Octet

struct DebugReduce: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reduce",
    abstract: "Find the smallest part of a model that still shows a failure, with its inputs.",
    discussion: """
      A failure is an output that differs from --against, a diagnostic of a conversion \
      (--code), or a command that fails (--command). What lies behind and before it is \
      left out by bisection, then operator by operator; inner tensors that become inputs \
      hold what they held in the whole model, and are halved at last where they may be. \
      Without --input and --data its inputs are random, always the same. Beside FILE.tflite, FILE.npz has what goes in, and \
      FILE.against.tflite the same part of the other model. Ctrl-C keeps the smallest part \
      that was found.

      Examples:
        octet debug reduce net8.tflite --against reference -o small.tflite
        octet debug reduce net.tflite --against good.tflite --input x.npy \\
            -o small.tflite
        octet debug reduce net.tflite --code OCT0504 --int8 -o small.tflite
        octet debug reduce net.tflite --command './run.py {model} {input}' \\
            --exit-code 139 --timeout 20 -o small.tflite
      """)

  @OptionGroup var source: ModelArguments

  @OptionGroup var feed: FeedArguments

  @Option(
    help: ArgumentHelp(
      "The failure is an output that differs from this model's, whose tensors have the same names; 'reference' for the operators as they are defined, without fast kernels.",
      valueName: "model"))
  var against: String?

  @Option(
    help:
      "How much outputs may differ: a part of their largest value, or of 1 if that is larger. Default: 4e-05 for real numbers, nothing for codes."
  )
  var bound: Double?

  @Option(
    help: ArgumentHelp("The failure is this diagnostic of a conversion.", valueName: "OCTnnnn"))
  var code: String?

  @Flag(help: "Convert to int8 to see the diagnostic; the samples are the inputs.")
  var int8 = false

  @Option(
    help: ArgumentHelp(
      "The failure is that this command of the shell fails; {model} and {input} stand for a .tflite and an .npz.",
      valueName: "command"))
  var command: String?

  @Option(help: "The exit code of the failure; any but 0, 126 and 127 by default.")
  var exitCode: Int?

  @Option(help: ArgumentHelp("A command that takes longer ends with 124.", valueName: "seconds"))
  var timeout = 60

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file.tflite"))
  var output: String

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if [against != nil, code != nil, command != nil].count(where: { $0 }) != 1 {
      throw ValidationError("say what the failure is: --against, --code or --command")
    }
    for (isGiven, option, needed, isThere) in [
      (bound != nil, "--bound", "--against", against != nil),
      (int8, "--int8", "--code", code != nil),
      (exitCode != nil, "--exit-code", "--command", command != nil),
    ] where isGiven && !isThere {
      throw ValidationError("\(option) is for \(needed)")
    }
    if let code, DiagnosticCode.named(code) == nil {
      let near = nearMatches(to: code, in: DiagnosticCode.all.flatMap { [$0.id, $0.name] })
      throw ValidationError(
        "there is no diagnostic '\(code)'"
          + (near.isEmpty ? "" : "; did you mean \(alternatives(near))?"))
    }
    if let command, !command.contains("{model}") {
      throw ValidationError("--command has no {model}")
    }
    if let bound, !(bound >= 0) {
      throw ValidationError("--bound must be a number that is not negative")
    }
    if !(1...86_400).contains(timeout) {
      throw ValidationError("--timeout must be from 1 to 86400 seconds")
    }
    guard output.hasSuffix(".tflite") else { throw ValidationError("-o takes a FILE.tflite") }
    let stem = output.dropLast(".tflite".count)
    for written in [output, stem + ".npz", stem + ".against.tflite"] {
      try source.protect(from: written, others: feed.paths + [against])
    }
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      try checkWritable(output, log: log)
      let given = try feed.tensors(log)
      var options = source.options
      options.givenShapes = given.compactMap { $0.input.shape(of: $0.name) }
      let model = try Model.open(source.model, options, log: log)
      let feeds = try feed.feeds(for: model, given, samples: 1, log)
      Interruption.watch()
      let reduction = try Reduction(
        model, try failure(options, log), feed: feeds[0],
        preprocessing: try feed.preprocess.preprocessing(log), log: log,
        progress: { report.progress.show($0) }, isInterrupted: { Interruption.hasCome })
      try reduction.write(output, log: log)
      finish(reduction)
    }
  }

  private func failure(
    _ options: ModelOptions, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Reduction.Failure {
    if let against {
      var other = options
      other.weights = nil
      return .differs(
        from: against == "reference" ? nil : try Model.open(against, other, log: log), bound: bound)
    }
    if let code = code.flatMap({ DiagnosticCode.named($0) }) {
      return .diagnostic(code, int8: int8)
    }
    return .command(command ?? "", exitCode: exitCode, seconds: timeout)
  }

  private func finish(_ reduction: Reduction) {
    let files = reduction.companions(of: output)
    let names = [output, files.inputs] + [files.counterpart].compactMap { $0 }
    let count = reduction.model.operatorCount
    report.print(
      ([
        "wrote " + names.joined(separator: ", ") + ": \(count) of "
          + "\(counted(reduction.operatorCount, "operator"))"
      ] + (reduction.ends + reduction.operators).map { "  " + $0 } + [
        "it shows the failure: \(reduction.finding)",
        "\(counted(reduction.tests, "part")) tried"
          + (reduction.isInterrupted ? ", then interrupted: there may be a smaller one" : ""),
      ]).joined(separator: "\n"),
      .members([
        ("output", .string(output)), ("inputs", .string(files.inputs)),
        ("ends", .strings(reduction.ends)),
        ("against", files.counterpart.map { .string($0) }), ("ops", .int(count)),
        ("of_ops", .int(reduction.operatorCount)), ("operators", .strings(reduction.operators)),
        ("finding", .string(reduction.finding)), ("tests", .int(reduction.tests)),
        ("interrupted", .bool(reduction.isInterrupted)),
      ]))
  }
}
