public import OctetData
public import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetRuntime

/// The smallest part of a model, with what goes into it, that still shows a failure.
///
/// ```swift
/// let reduction = try Reduction(model, .differs(from: nil, bound: nil), feed: .random, log: log)
/// try reduction.write("small.tflite", log: log)
/// ```
public struct Reduction {
  public enum Failure {
    /// Outputs differ from those of another model, whose tensors have the same names, or of the operators' definitions
    /// (nil), by more than `TensorDifference.exceeds` lets them.
    case differs(from: Model?, bound: Double?)
    /// A conversion, also to int8, gives a diagnostic.
    case diagnostic(DiagnosticCode, int8: Bool)
    /// A command of the shell, in which `{model}` and `{input}` stand for files, ends with an exit code; nil for any but
    /// 0. One that takes longer than so many seconds ends with 124.
    case command(String, exitCode: Int?, seconds: Int)
  }

  public let model: Model
  /// What goes into it.
  public let inputs: [NamedTensor]
  /// What it shows, in words.
  public let finding: String
  /// Operators of the whole model.
  public let operatorCount: Int
  /// Parts that were tried.
  public let tests: Int
  /// Whether it was ended before all was tried.
  public let isInterrupted: Bool
  private let reduced: ReducedCase
  private let test: any FailureTest

  /// Looks for the part by bisecting from the end and from the beginning, then operator by operator; then halves its inputs.
  ///
  /// - Parameters:
  ///   - feed: what goes into the whole model; inner tensors that become inputs hold what they do then.
  ///   - progress: told of each part that is tried.
  ///   - isInterrupted: asked before each; what is the smallest so far is the result.
  /// - Throws: after logging that the whole model does not show the failure (`OCT0927`), or what keeps it from being run.
  public init(
    _ source: Model, _ failure: Failure, feed: Tracer.Feed, preprocessing: Preprocessing? = nil,
    log: DiagnosticLog, progress: @escaping (String) -> Void = { _ in },
    isInterrupted: @escaping () -> Bool = { false }
  ) throws(DiagnosticFailure) {
    let model: Model
    guard let folder = TemporaryFolder() else {
      throw log.failure(
        Diagnostic(.unwritableFile, "no temporary folder can be made", help: "set TMPDIR to one"))
    }
    switch failure {
    case .differs(let other, let bound):
      model = try source.runnable(log: log)
      test = DifferenceTest(model, other: try other?.runnable(log: log), bound: bound)
    case .diagnostic(let code, let isInt8):
      model = source
      test = CodeTest(code: code, isInt8: isInt8, folder: folder)
    case .command(let command, let exitCode, let seconds):
      model = try source.runnable(log: log)
      test = CommandTest(
        command: command, exitCode: exitCode, seconds: seconds, folder: folder)
    }
    let contents = try Self.contents(
      of: model, feed, preprocessing, mustRun: !(test is CodeTest), log)
    var reducer = Reducer(
      model, contents, test, progress: progress, isInterrupted: isInterrupted)
    guard let result = reducer.run() else {
      throw log.failure(
        Diagnostic(
          .failureNotShown, "the model does not show the failure",
          at: Location(file: model.path), notes: [reducer.lastText],
          help: "give the input that causes it with --input, or look at the bound and the code"))
    }
    (reduced, finding) = result
    self.model = reduced.model
    inputs = reduced.inputs
    operatorCount = model.graph.nodes.count
    tests = reducer.tests
    self.isInterrupted = reducer.wasInterrupted
  }

  /// The files that are written beside `path`, with the same stem: what goes in, and the part of the model that it is
  /// compared with, if there is one.
  public func companions(of path: String) -> (inputs: String, counterpart: String?) {
    let suffix = ".tflite"
    let stem = path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : path
    return (stem + ".npz", reduced.counterpart == nil ? nil : stem + ".against.tflite")
  }

  /// Writes the part and its companions, reads them back and tests that they show the failure.
  ///
  /// - Throws: after logging that they do not (`OCT0927`), or what keeps them from being written.
  public func write(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    let files = companions(of: path)
    try model.write(path, log: log)
    try log.attempt { () throws(Diagnostic) in try NPZ.write(inputs, to: files.inputs) }
    var counterpart: Model?
    if let beside = files.counterpart, let other = reduced.counterpart {
      try other.write(beside, log: log)
      counterpart = try Model.open(beside, ModelOptions(threads: model.threads), log: log)
    }
    let written = ReducedCase(
      model: try Model.open(path, ModelOptions(threads: model.threads), log: log),
      inputs: try TensorTrace.arrays(files.inputs, log: log), counterpart: counterpart)
    let found = test.look(at: written) { false }
    guard found.shows else {
      throw log.failure(
        Diagnostic(
          .failureNotShown, "the part shows the failure, but not when it is read from its file",
          at: Location(file: path), notes: [found.text],
          help: "it hangs on what a .tflite does not hold: convert the model, and reduce that"))
    }
  }

  /// What goes in, a line each: `input 'conv6': i8[1,13,13,256]`.
  public var ends: [String] {
    inputs.map { "input '\($0.name)': \($0.tensor.type.text)" }
  }

  /// The operators that are left, a line each.
  public var operators: [String] {
    model.graph.nodes.map { node in
      let place = node.location.text
      return node.operatorName + (place.isEmpty ? "" : "  " + place)
    }
  }

  /// What the whole model's tensors hold in a run; nothing where it cannot be run and need not.
  private static func contents(
    of model: Model, _ feed: Tracer.Feed, _ preprocessing: Preprocessing?, mustRun: Bool,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [ValueID: Tensor] {
    let found = DiagnosticLog()
    do throws(DiagnosticFailure) {
      let tracer = try Tracer(runnable: model, tensors: ["*"], watching: [], log: found)
      let trace = try tracer.run(feed, preprocessing: preprocessing, log: found)
      return Dictionary(trace.entries.map { ($0.id, $0.tensor) }) { first, _ in first }
    } catch {
      guard mustRun else { return [:] }
      for diagnostic in found.diagnostics { log.add(diagnostic) }
      throw error
    }
  }
}
