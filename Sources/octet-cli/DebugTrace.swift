import ArgumentParser
import Octet

struct DebugTrace: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Look at every tensor of a run: store them, watch them, compare them.",
    discussion: """
      Without --input and --data the inputs are random, always the same; with --compare \
      they are those of the other trace, if it has them. An .npz has each tensor under its \
      name, codes as real numbers with the codes themselves as NAME:codes. tools/peer/trace \
      writes one of LiteRT.

      Examples:
        octet debug trace net8.tflite --input x.npy -o trace.npz
        octet debug trace net8.tflite --data photos --samples 8 --watch 'conv*'
        octet debug trace net.tflite --input x.npy --nan
        octet debug trace net8.tflite --compare litert.npz
        octet debug trace net8.tflite --input x.npy --compare float.npz --bound 0.05

      Exit codes: 1 too where --nan finds one, or where tensors differ from --compare.
      """)

  @OptionGroup var source: ModelArguments

  @OptionGroup var feed: FeedArguments

  @Option(help: "Runs, on samples evenly spaced over --data; 1 by default.")
  var samples = 1

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the tensors here.", valueName: "file.npz"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Write and compare only the tensors of this name, pattern ('conv*') or #index.",
      valueName: "tensor"))
  var tensors: [String] = []

  @Option(
    help: ArgumentHelp(
      "Print what the numbers of these tensors are like in each run; a name, pattern or #index.",
      valueName: "tensor"))
  var watch: [String] = []

  @Flag(
    help: "Stop at the first tensor with a NaN or an infinity, and tell which operator made it.")
  var nan = false

  @Option(
    help: ArgumentHelp(
      "Compare with the tensors of another trace, by name and shape.", valueName: "file.npz"))
  var compare: String?

  @Option(
    help:
      "How much tensors may differ: a part of their largest value, or of 1 if that is larger. Default: 4e-05 for real numbers, nothing for codes."
  )
  var bound: Double?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if output == nil, watch.isEmpty, !nan, compare == nil {
      throw ValidationError("say what to do: -o FILE.npz, --watch TENSOR, --nan or --compare FILE")
    }
    if samples < 1 { throw ValidationError("--samples must be at least 1") }
    if samples > 1, output != nil || compare != nil {
      throw ValidationError("-o and --compare are for one run: leave out --samples")
    }
    if let bound, !(bound >= 0) {
      throw ValidationError("--bound must be a number that is not negative")
    }
    if bound != nil, compare == nil { throw ValidationError("--bound is for --compare") }
    try source.protect(from: output, others: feed.paths + [compare])
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      if let output { try checkWritable(output, log: log) }
      let given = try feed.tensors(log)
      let other = try compare.map { path throws(DiagnosticFailure) in
        try TensorTrace.arrays(path, log: log)
      }
      var options = source.options
      options.givenShapes =
        given.compactMap { $0.input.shape(of: $0.name) }
        + (other ?? []).map { ($0.name, $0.tensor.extents) }
      let model = try Model.open(source.model, options, log: log)
      let keeps = output != nil || compare != nil
      let tracer = try Tracer(
        model, tensors: !keeps ? [] : tensors.isEmpty ? ["*"] : tensors, watching: watch, log: log)
      var feeds = try feed.feeds(for: model, given, samples: samples, log)
      if let other, given.isEmpty, feed.data == nil {
        feeds = [tracer.inputs(in: other) ?? .random]
      }
      let preprocessing = try feed.preprocess.preprocessing(log)
      var result = Result()
      for (index, run) in feeds.enumerated() {
        let trace = try tracer.run(
          run, preprocessing: preprocessing, stopsAtNotFinite: nan, log: log)
        if !watch.isEmpty { result.add(trace, run: feeds.count > 1 ? index : nil) }
        if let output {
          try trace.save(output, log: log)
          result.lines.append(
            "wrote \(output): \(counted(trace.entries.count { $0.isKept }, "tensor"))")
        }
        if let problem = trace.notFinite {
          result.print(to: report)
          throw log.failure(problem)
        }
        if let compare, let other {
          result.comparison = try TraceComparison(trace, compare, other, bound: bound, log: log)
        }
      }
      if nan { result.lines.append("all tensors are finite in \(counted(feeds.count, "run"))") }
      result.print(to: report)
      if result.comparison?.first != nil { throw DiagnosticFailure() }
    }
  }

  /// What is printed.
  private struct Result {
    var lines: [String] = []
    var runs: [JSON] = []
    var comparison: TraceComparison?

    mutating func add(_ trace: TensorTrace, run: Int?) {
      lines.append((run.map { "run \($0)\n" } ?? "") + trace.statisticsText)
      runs.append(trace.statisticsJSON)
    }

    func print(to report: ReportOptions) {
      let text = (lines + [comparison?.text].compactMap { $0 }).joined(separator: "\n")
      if text.isEmpty, !report.json { return }
      report.print(
        text,
        .members([
          ("watched", runs.isEmpty ? nil : .array(runs)), ("comparison", comparison?.json),
        ]))
    }
  }
}
