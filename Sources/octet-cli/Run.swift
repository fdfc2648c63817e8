import ArgumentParser
import Octet
import OctetData
import OctetDiagnostics
import OctetIR

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a model on raw tensors.",
    discussion: """
      Examples:
        octet run lenet.tflite --input digit.npy --save out.npz
        octet run net.tflite --input image=a.npy --input mask=b.npy
        octet run net.tflite --input inputs.npz --json
      Tensors are given in the model's own types and shapes, in the order of its inputs or by name;
      an .npz names its tensors itself.
      """)

  @OptionGroup var source: ModelArguments

  @Option(help: ArgumentHelp("A tensor: FILE.npy, NAME=FILE.npy or FILE.npz.", valueName: "file"))
  var input: [String]

  @Option(help: ArgumentHelp("Write the outputs here.", valueName: "file.npz"))
  var save: String?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let options = try source.options()
    try report.run { log throws(DiagnosticFailure) in
      let model = try Model.open(source.model, options, log: log)
      var tensors: [(name: String?, tensor: Tensor)] = []
      for argument in input { tensors += try read(argument, log) }
      let outputs = try model.run(tensors, log: log)
      if let save {
        try log.attempt { () throws(Diagnostic) in
          try NPZ.write(outputs.map { NamedTensor($0.name, $0.tensor) }, to: save)
        }
      }
      if report.json {
        Console.output(
          JSON.members([("outputs", .array(outputs.map { json($0.name, $0.tensor) }))]).text)
      } else {
        for (name, tensor) in outputs { Console.output(text(name, tensor)) }
      }
    }
  }

  private func read(
    _ argument: String, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [(name: String?, tensor: Tensor)] {
    var name: String?
    var path = argument
    if let equals = argument.firstIndex(of: "="), equals != argument.startIndex {
      name = String(argument[..<equals])
      path = String(argument[argument.index(after: equals)...])
    }
    return try log.attempt { () throws(Diagnostic) in
      if path.hasSuffix(".npz") {
        var entries: [(name: String?, tensor: Tensor)] = []
        for entry in try NPZ.read(path) { entries.append((entry.name, entry.tensor)) }
        return entries
      }
      return [(name, try NPY.read(path))]
    }
  }

  /// `prob: f32[1,10]`, the largest elements of a vector, or the first elements of anything else.
  private func text(_ name: String, _ tensor: Tensor) -> String {
    var text = "\(name): \(tensor.type.text)"
    guard let values = tensor.realValues else { return text }
    if tensor.extents.filter({ $0 > 1 }).count == 1 {
      let order = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
      for index in order.prefix(5) { text += "\n  \(index)  \(values[index])" }
    } else {
      text += "\n  " + values.prefix(8).map { "\($0)" }.joined(separator: ", ")
      if values.count > 8 { text += ", …" }
    }
    return text
  }

  private func json(_ name: String, _ tensor: Tensor) -> JSON {
    let values = tensor.count <= 4096 ? tensor.realValues : nil
    return .members([
      ("name", .string(name)), ("type", .string(tensor.type.element.name)),
      ("shape", .ints(tensor.extents)),
      ("values", values.map { .array($0.map { .number(Double($0)) }) }),
    ])
  }
}
