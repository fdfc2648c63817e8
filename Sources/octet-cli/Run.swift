import ArgumentParser
import Octet

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a model on raw tensors.",
    discussion: """
      Examples:
        octet run lenet.tflite --input digit.npy --save out.npz
        octet run net.tflite --input image=a.npy --input mask=b.npy
        octet run net.tflite --input inputs.npz --json
      Tensors are given in the model's own types and shapes, in the order of its
      inputs or by name; an .npz names its tensors itself.
      """)

  @OptionGroup var source: ModelArguments

  @Option(help: ArgumentHelp("A tensor: FILE.npy, NAME=FILE.npy or FILE.npz.", valueName: "file"))
  var input: [String]

  @Option(help: ArgumentHelp("Write the outputs here.", valueName: "file.npz"))
  var save: String?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let save, !save.hasSuffix(".npz") { throw ValidationError("--save takes a FILE.npz") }
    try source.protect(from: save, others: input.map { split($0).path })
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      if let save { try checkWritable(save, log: log) }
      let model = try Model.open(source.model, source.options, log: log)
      let session = try Session(model, log: log)
      var tensors: [(name: String?, tensor: Tensor)] = []
      for argument in input {
        let (name, path) = split(argument)
        tensors += try log.attempt { () throws(Diagnostic) in
          try NamedTensor.inputs(path, name: name)
        }
      }
      let result = try session.run(tensors, log: log)
      if let save { try result.save(save, log: log) }
      report.print(result.text, result.json)
    }
  }

  /// `NAME=FILE` or `FILE`.
  private func split(_ argument: String) -> (name: String?, path: String) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      return (nil, argument)
    }
    return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }
}
