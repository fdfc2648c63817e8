import ArgumentParser
import Octet

struct Extract: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cut the part of a model between some of its tensors out into a .tflite.",
    discussion: """
      Tensors are meant by their names in the converted model, or by # and their index; \
      'octet inspect MODEL --ir' lists them. Several are separated by commas. The written \
      file is read back and run on random inputs: all its outputs must equal the whole \
      model's tensors to the last bit.

      Examples:
        octet extract yolo.tflite --from conv3 --to conv7 -o part.tflite
        octet extract yolo.tflite --to conv7 -o front.tflite
        octet extract yolo.tflite --from conv7,route4 -o back.tflite
        octet extract net.cfg --weights net.weights --to '#12' -o front.tflite
      """)

  @OptionGroup var source: ModelArguments

  @Option(
    help: ArgumentHelp(
      "The tensors that the part is given, its inputs in this order; by default the model's inputs that it needs.",
      valueName: "tensors"))
  var from: [String] = []

  @Option(
    help: ArgumentHelp(
      "The tensors that the part makes, its outputs; by default the model's.", valueName: "tensors")
  )
  var to: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file.tflite"))
  var output: String

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if from.isEmpty, to.isEmpty { throw ValidationError("give --from TENSOR, --to TENSOR or both") }
    try source.protect(from: output)
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      try checkWritable(output, log: log)
      let model = try Model.open(source.model, source.options, log: log)
      let part = try Extraction(model, from: from, to: to, log: log)
      let (bytes, check) = try part.write(output, log: log)
      let count = part.model.operatorCount
      report.print(
        "wrote \(output): \(bytes) bytes, \(count) of \(counted(part.operatorCount, "operator"))\n"
          + check.text,
        .members([
          ("output", .string(output)), ("bytes", .int(bytes)), ("ops", .int(count)),
          ("of_ops", .int(part.operatorCount)), ("check", check.json),
        ]))
    }
  }
}
