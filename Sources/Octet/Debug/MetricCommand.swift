import OctetDiagnostics

/// A command of the shell that measures a model: `{model}` stands for a `.tflite`, and the last line that it prints is a
/// number.
public struct MetricCommand: Sendable, Equatable {
  public var command: String
  public var target: Double
  public var lowerIsBetter: Bool
  /// What it may take; then it ends with 124.
  public var seconds: Int

  public init(_ command: String, target: Double, lowerIsBetter: Bool = false, seconds: Int = 3600) {
    self.command = command
    self.target = target
    self.lowerIsBetter = lowerIsBetter
    self.seconds = seconds
  }

  /// Targets and values lie within this and its negative.
  public static let limit = 1e100

  /// Logs `OCT0940` where the command fails or its last line is no such number.
  ///
  /// - Returns: nil where it was interrupted.
  func value(
    of model: String, in folder: TemporaryFolder, log: DiagnosticLog, isInterrupted: () -> Bool
  ) throws(DiagnosticFailure) -> Double? {
    let (output, errors) = (folder.path("metric.out"), folder.path("metric.err"))
    let code = ShellCommand.run(
      command.replacing("{model}", with: "'\(model)'"), seconds: seconds, output: output,
      errors: errors, isInterrupted: isInterrupted)
    if isInterrupted() { return nil }
    let last = Self.lines(output).last ?? ""
    if code == 0, let value = Double(last), abs(value) <= Self.limit { return value }
    let problem =
      switch code {
      case nil: "cannot be started"
      case 0: last.isEmpty ? "prints nothing" : "prints '\(last.prefix(80))' at last, not a number"
      case ShellCommand.timedOut: "takes more than \(seconds) s, or ends with 124"
      case let code?: "ends with \(code)"
      }
    throw log.failure(
      Diagnostic(
        .metricFailed, "the command of --metric-command \(problem)",
        notes: ["it is: \(command)"] + Self.lines(errors).suffix(5).map { "it says: \($0)" },
        help:
          "run it by hand with a .tflite for {model}; what was measured before is kept, so the same command line goes on there"
      ))
  }

  /// The lines of a file that are not blank, without blanks around; none where it can't be read.
  private static func lines(_ path: String) -> [String] {
    guard let text = try? tableText(path) else { return [] }
    return text.split(whereSeparator: \.isNewline).map { line in
      var line = line.drop { $0.isWhitespace }
      while line.last?.isWhitespace == true { line.removeLast() }
      return String(line)
    }
    .filter { !$0.isEmpty }
  }
}
