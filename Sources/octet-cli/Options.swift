import ArgumentParser
import Octet

/// Options every verb has, and the log that goes with them.
struct ReportOptions: ParsableArguments {
  @Flag(
    help:
      "Print the result as one JSON line on standard output, diagnostics as JSON lines on standard error."
  )
  var json = false

  @Option(help: ArgumentHelp("Silence a warning or remark, by code or name.", valueName: "code"))
  var allow: [String] = []

  @Option(help: ArgumentHelp("Make a warning or remark an error.", valueName: "code"))
  var deny: [String] = []

  func validate() throws {
    for text in allow + deny where DiagnosticCode.named(text) == nil {
      let near = nearMatches(to: text, in: DiagnosticCode.all.flatMap { [$0.id, $0.name] })
      throw ValidationError(
        "there is no diagnostic '\(text)'"
          + (near.isEmpty ? "" : "; did you mean \(alternatives(near))?"))
    }
  }

  /// Runs a verb: prints diagnostics as they come and ends with the exit code they ask for.
  func run(_ body: (DiagnosticLog) throws(DiagnosticFailure) -> Void) throws {
    let policy = DiagnosticPolicy(
      allowed: allow.compactMap { DiagnosticCode.named($0) },
      denied: deny.compactMap { DiagnosticCode.named($0) })
    let renderer = TerminalRenderer(usesColor: Console.usesColor)
    let isJSON = json
    let log = DiagnosticLog(policy: policy) { diagnostic in
      Console.error(isJSON ? diagnostic.json.text : renderer.render(diagnostic))
    }
    do throws(DiagnosticFailure) {
      try body(log)
      try log.throwIfErrors()
    } catch {
      throw ExitCode(log.exitCode)
    }
  }

  /// Prints a verb's result.
  func print(_ text: String, _ json: @autoclosure () -> JSON) {
    if self.json {
      Console.output(json().text)
    } else {
      // Names come from files: nothing in them may reach the terminal as a command.
      let lines = TerminalRenderer.visible(text, keepsLines: true)
      Console.output(lines.hasSuffix("\n") ? String(lines.dropLast()) : lines)
    }
  }

  var progress: ProgressPrinter { ProgressPrinter(isJSON: json) }
}

/// The class names in the file of `--labels`, if it is given.
func classNames(
  _ path: String?, _ log: DiagnosticLog
) throws(DiagnosticFailure) -> ClassNames? {
  try path.map { path throws(DiagnosticFailure) in
    try log.attempt { () throws(Diagnostic) in try ClassNames(contentsOf: path) }
  }
}

/// How a model's outputs become boxes, for one that does not say it.
struct DetectorArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How outputs become boxes, for a model that does not know it; once for each: 'boxes classes=80 form=xyxy|yxyx|xywh|cxcywh unit=part|pixel scores=NAME output=NAME' where the model decodes them, without scores= where they stand behind each box; 'yolo classes=80 anchors=81x82,135x169 output=NAME' for a raw head.",
      valueName: "text"))
  var detector: [String] = []

  /// The model with the detector that is given, which must fit it.
  func apply(
    to model: Model, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    guard !detector.isEmpty else { return model }
    let given = try log.attempt { () throws(Diagnostic) in try Detector(lines: detector) }
    return try model.storing(given, log: log)
  }
}

/// The model and how to read it.
struct ModelArguments: ParsableArguments {
  @Argument(
    help:
      "The model: .prototxt, .cfg, a SavedModel folder, .pb, .keras, .h5, .tflite or .oct; recognised by its contents."
  )
  var model: String

  @Option(
    help: ArgumentHelp("The weights of a Caffe or Darknet net.", valueName: "file"))
  var weights: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Make these nodes of a TensorFlow graph or layers of a Keras model the inputs; stands after the model.",
      valueName: "name"))
  var inputs: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Make these tensors the model's outputs; stands after the model.", valueName: "name"))
  var outputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "Extents of an input, in the model's own layout: data=1,3,32,32.", valueName: "name=extents"))
  var inputShape: [String] = []

  @Option(
    help: ArgumentHelp(
      "The signature of a SavedModel; by default serving_default.", valueName: "name"))
  var signature: String?

  @Option(
    help: ArgumentHelp(
      "The layers of a Keras model whose .h5 has weights alone: what model.to_json() gives.",
      valueName: "file.json"))
  var architecture: String?

  @Option(
    help: ArgumentHelp(
      "Change what the model computes: "
        + ModelOptions.knownFixes.map { "\($0.name): \($0.summary)" }.joined(separator: "; ")
        + ". 'octet check' tells which it needs.", valueName: "name"))
  var fix: [String] = []

  @Option(help: "The batch size; without it 1 where the model leaves it open.")
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "Threads to compute with. The results are the same for any number; by default 1 for run, bench and inspect, else one for each CPU.",
      valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !Self.threads.contains(threads) {
      throw ValidationError("--threads must be from 1 to \(Self.threads.upperBound)")
    }
    if let batch, !Self.extents.contains(batch) {
      throw ValidationError("--batch must be at least 1 and fit int32")
    }
    let known = ModelOptions.knownFixes.map { $0.name }
    for name in fix where !known.contains(name) {
      let near = nearMatches(to: name, in: known)
      throw ValidationError(
        "there is no fix '\(name)'; "
          + (near.isEmpty
            ? "there are \(known.joined(separator: ", "))"
            : "did you mean \(alternatives(near))?"))
    }
    var named: Set<String> = []
    for text in inputShape {
      guard let (name, extents) = shape(text) else {
        throw ValidationError("--input-shape '\(text)': expected NAME=1,3,32,32")
      }
      guard named.insert(name).inserted else {
        throw ValidationError("--input-shape gives '\(name)' twice")
      }
      if let batch, extents[0] != batch {
        throw ValidationError("--batch \(batch) and --input-shape '\(text)' contradict each other")
      }
    }
  }

  /// For one inference, which is measured or waited for: one thread if nothing else is said.
  var options: ModelOptions { options(threads: 1) }

  /// For work on many samples: a thread for each CPU if nothing else is said.
  var throughputOptions: ModelOptions {
    options(threads: min(ModelOptions.availableThreads, Self.threads.upperBound))
  }

  private func options(threads fallback: Int) -> ModelOptions {
    var options = ModelOptions(
      weights: weights, outputs: outputs,
      inputShapes: Dictionary(inputShape.compactMap { shape($0) }) { first, _ in first },
      batch: batch, threads: threads ?? fallback)
    options.inputs = inputs
    options.signature = signature
    options.architecture = architecture
    options.fixes = fix
    return options
  }

  private static let extents = 1...Int(Int32.max)
  private static let threads = 1...256

  /// `NAME=1,3,32,32`
  private func shape(_ text: String) -> (name: String, extents: [Int])? {
    guard let equals = text.lastIndex(of: "=") else { return nil }
    let extents = text[text.index(after: equals)...]
      .split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard extents.allSatisfy({ Self.extents.contains($0) }) else { return nil }
    return (String(text[..<equals]), extents)
  }

  /// Refuses to write over a file that is read.
  func protect(from output: String?, others: [String?] = []) throws {
    guard let output else { return }
    for input in [model, weights] + others {
      if let input, overwrites(output, input: input) {
        throw ValidationError("'\(output)' is read: write to another file")
      }
    }
  }
}

extension DiagnosticLog {
  /// 70 for a fault of Octet, 2 when only options are at fault, else 1.
  fileprivate var exitCode: Int32 {
    let errors = diagnostics.filter { $0.severity == .error }
    let faults: [DiagnosticCode] = [.passBrokeGraph, .notExact]
    if errors.contains(where: { faults.contains($0.code) }) { return 70 }
    let options: [DiagnosticCode] = [
      .unknownPass, .unknownCode, .invalidPreprocessing, .noDetections, .invalidDetector,
    ]
    let isUsage = errors.allSatisfy { options.contains($0.code) && $0.location == nil }
    return isUsage && !errors.isEmpty ? 2 : 1
  }
}
