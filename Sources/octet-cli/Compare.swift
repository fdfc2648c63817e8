import ArgumentParser
import Octet

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare the tensors of two models on data: where errors are made, and why.",
    discussion: """
      A is the reference, of any format; B the model to look into: its int8 .tflite, or the \
      same net of another format. Tensors are matched by name and source layer, then by \
      structure. For each, 'own' is the error of B's operator alone, fed with A's numbers as \
      B's types round them; what is left of the whole error is inherited.

      Examples:
        octet compare yolov3-tiny.cfg yolo8.tflite --weights-a yolov3-tiny.weights \\
            --data photos
        octet compare lenet.tflite lenet8.tflite --data mnist --samples 100
        octet compare net.prototxt twin.pb --weights-a net.caffemodel --data x.npz \\
            --json
        octet compare lenet.tflite lenet8.tflite --data mnist --all
        octet compare yolo.tflite yolo8.tflite --data photos -o yolo.json
        octet report yolo.json -o yolo.html
      The preprocessing stored in B, or else in A, is used unless --preprocess is given.
      """)

  @Argument(help: "The reference, of any format.")
  var a: String

  @Argument(help: "The model to look into.")
  var b: String

  @Option(help: ArgumentHelp("The weights of A, a Caffe or Darknet net.", valueName: "file"))
  var weightsA: String?

  @Option(help: ArgumentHelp("The weights of B, a Caffe or Darknet net.", valueName: "file"))
  var weightsB: String?

  @Option(
    help: ArgumentHelp(
      "Samples: a folder with pictures or IDX files, a pattern ('photos/*.jpg'), .npy, .npz or a text list.",
      valueName: "data"))
  var data: String

  @Option(help: "How many samples to take, evenly spaced; 32 by default.")
  var samples = 32

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the comparison for 'octet report'.", valueName: "file.json"))
  var output: String?

  @Option(help: ArgumentHelp("The classes' names, one a line.", valueName: "file"))
  var labels: String?

  @Flag(help: "List all tensors, not only the worst ten.")
  var all = false

  @OptionGroup var preprocess: PreprocessingArguments

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if samples < 1 { throw ValidationError("--samples must be at least 1") }
    if let output, !output.hasSuffix(".json") {
      throw ValidationError("--output takes a FILE.json")
    }
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      if let output { try checkWritable(output, log: log) }
      let given = try preprocess.preprocessing(log)
      let names = try classNames(labels, log)
      let threads = ModelOptions.availableThreads
      let (first, second) = try Model.comparable(
        (a, ModelOptions(weights: weightsA, threads: threads)),
        (b, ModelOptions(weights: weightsB, threads: threads)), log: log)
      let stored = second.preprocessing ?? first.preprocessing
      let preprocessing = try Preprocessing.chosen(given, stored: stored, in: b, log: log)
      let dataset = try first.dataset(data, part: .evaluation, log: log)
      let progress = report.progress
      let comparison = try ModelComparison(
        first, second, dataset, preprocessing, samples: samples, log: log
      ) { done, count in
        progress.show("Comparing on sample \(done) of \(count)", isMilestone: done % 10 == 0)
      }
      if let output {
        try Report(
          comparison, ModelOptions(weights: weightsB), names: names, diagnostics: log.diagnostics
        ).write(output, .json, log: log)
      }
      report.print(comparison.text + (all ? "\n" + comparison.tensorTable : ""), comparison.json)
    }
  }
}
