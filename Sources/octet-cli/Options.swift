import ArgumentParser
import Octet
import OctetData
import OctetDiagnostics

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

  /// Runs a verb: prints diagnostics as they come and ends with the exit code they ask for.
  func run(_ body: (DiagnosticLog) throws(DiagnosticFailure) -> Void) throws {
    func codes(_ texts: [String]) throws -> [DiagnosticCode] {
      try texts.map { text in
        if let code = DiagnosticCode.named(text) { return code }
        let near = nearMatches(to: text, in: DiagnosticCode.all.flatMap { [$0.id, $0.name] })
        throw ValidationError(
          "there is no diagnostic '\(text)'"
            + (near.isEmpty ? "" : ", did you mean \(near.joined(separator: " or "))?"))
      }
    }
    let policy = DiagnosticPolicy(allowed: try codes(allow), denied: try codes(deny))
    let renderer = TerminalRenderer(usesColor: Console.usesColor)
    let isJSON = json
    let log = DiagnosticLog(policy: policy) { diagnostic in
      Console.error(isJSON ? diagnostic.json.text : renderer.render(diagnostic))
    }
    do throws(DiagnosticFailure) {
      try body(log)
      try log.throwIfErrors()
    } catch {
      let codes = log.diagnostics.filter { $0.severity == .error }.map { $0.code }
      if codes.contains(.passBrokeGraph) { throw ExitCode(70) }
      throw ExitCode(1)
    }
  }

  var progress: ProgressPrinter { ProgressPrinter(isJSON: json) }
}

/// The model and how to read it.
struct ModelArguments: ParsableArguments {
  @Argument(help: "The model: .prototxt, .tflite or .oct; recognised by its contents.")
  var model: String

  @Option(help: ArgumentHelp("The weights of a Caffe model.", valueName: "file.caffemodel"))
  var weights: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Make these tensors the model's outputs.", valueName: "name"))
  var outputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "Extents of an input, in the model's own layout: data=1,3,32,32.", valueName: "name=extents"))
  var inputShape: [String] = []

  @Option(help: "The batch size; without it 1 where the model leaves it open.")
  var batch: Int?

  func options() throws -> ModelOptions {
    var shapes: [String: [Int]] = [:]
    for text in inputShape {
      guard let equals = text.lastIndex(of: "=") else {
        throw ValidationError("--input-shape '\(text)': expected NAME=1,3,32,32")
      }
      let extents = text[text.index(after: equals)...].split(separator: ",").map { Int($0) }
      guard !extents.isEmpty, extents.allSatisfy({ ($0 ?? 0) > 0 }) else {
        throw ValidationError("--input-shape '\(text)': extents must be positive whole numbers")
      }
      shapes[String(text[..<equals])] = extents.compactMap { $0 }
    }
    if let batch, batch < 1 { throw ValidationError("--batch must be at least 1") }
    return ModelOptions(weights: weights, outputs: outputs, inputShapes: shapes, batch: batch)
  }
}

extension Preprocessing {
  /// What a verb uses: what the user says, else what is stored in `file`, else nothing. A difference
  /// between the two is a warning.
  static func chosen(
    _ given: String?, stored: String?, in file: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Preprocessing {
    let chosen = try log.attempt { () throws(Diagnostic) in
      try Preprocessing(given ?? stored ?? "")
    }
    if given != nil, let stored, let other = try? Preprocessing(stored), other != chosen {
      log.add(
        Diagnostic(
          .preprocessingDiffers,
          "--preprocess '\(chosen.text)' differs from the file's own '\(stored)'",
          at: Location(file: file), help: "leave out --preprocess to use the file's"))
    }
    return chosen
  }
}
