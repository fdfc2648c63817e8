public import ArgumentParser
public import Octet

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a model's latency and memory, whole and operator by operator.",
    discussion: """
      Examples:
        octet bench yolo8.tflite
        octet bench yolo8.tflite --threads 2 --json
        taskset -c 0 octet bench yolo8.tflite --runs 100
        octet bench yolo8.tflite --instructions avx2
      The inputs are pseudo-random. Times are medians; the operators are timed in \
      runs of their own, whose sum is a little more than the whole.
      """)

  @OptionGroup var source: ModelArguments

  @Option(help: "Timed runs at least; more are made until half a second has passed.")
  var runs = 20

  @Option(help: "The instructions kernels may use: best (default), avx2 or portable.")
  var instructions = Benchmark.Instructions.best

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if !(1...100_000).contains(runs) { throw ValidationError("--runs must be from 1 to 100000") }
  }

  func run() throws {
    Benchmark.limit(to: instructions)
    try report.run { log throws(DiagnosticFailure) in
      let result = try Benchmark.measure(
        source.model, source.options, runs: runs, log: log)
      report.print(result.text, result.json)
    }
  }
}

extension Benchmark.Instructions: ExpressibleByArgument {}
