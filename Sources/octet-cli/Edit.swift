import ArgumentParser
import Octet

struct Edit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Change a model's names, outputs, input shapes or the types of its ends.",
    discussion: """
      What is computed stays the same: the written file is read back and run beside the \
      model on random inputs, and all outputs must be equal to the last bit. Tensors are \
      meant by their names in the converted model, or by # and their index.

      Examples:
        octet edit net.tflite --rename serving_default_x:0=image -o named.tflite
        octet edit net.tflite --input-shape image=1,320,320,3 -o small.tflite
        octet edit net.tflite --outputs scores boxes -o two.tflite
        octet edit net.tflite --drop-output debug -o net2.tflite
        octet edit net8.tflite --input-type uint8 --output-type float32 \\
            -o camera.tflite
        octet edit net.tflite --strip-metadata -o bare.tflite
      """)

  @OptionGroup var source: ModelArguments

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file.tflite"))
  var output: String

  @Option(help: ArgumentHelp("Call a tensor otherwise.", valueName: "old=new"))
  var rename: [String] = []

  @Option(
    help: ArgumentHelp(
      "Leave an output out, and all that only it needs; several with commas between.",
      valueName: "tensors"))
  var dropOutput: [String] = []

  @Option(
    help:
      "Type of the inputs that hold real numbers: int8, uint8, int16 or float32. A QUANTIZE or DEQUANTIZE is put behind each, or taken away."
  )
  var inputType: InterfaceType?

  @Option(help: "Type of the outputs that hold real numbers, likewise.")
  var outputType: InterfaceType?

  @Flag(
    help:
      "Write the graph alone: no archive behind it, no metadata, no places in the source, no signatures."
  )
  var stripMetadata = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    for text in rename {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex,
        text.index(after: equals) != text.endIndex
      else { throw ValidationError("--rename '\(text)': expected OLD=NEW") }
    }
    if rename.isEmpty, dropOutput.isEmpty, inputType == nil, outputType == nil, !stripMetadata,
      source.outputs.isEmpty, source.inputShape.isEmpty, source.batch == nil
    {
      throw ValidationError(
        "say what to change: --rename, --input-shape, --batch, --outputs, --drop-output, --input-type, --output-type or --strip-metadata"
      )
    }
    try source.protect(from: output)
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      try checkWritable(output, log: log)
      let model = try Model.open(source.model, source.options, log: log)
      let edit = try ModelEdit(model, options, log: log)
      let (bytes, check) = try edit.write(output, log: log)
      let count = edit.model.operatorCount
      report.print(
        (edit.changes + edit.ends + [
          "wrote \(output): \(bytes) bytes, \(counted(count, "operator"))", check.text,
        ]).joined(separator: "\n"),
        .members([
          ("output", .string(output)), ("bytes", .int(bytes)), ("ops", .int(count)),
          ("changes", .strings(edit.changes)), ("ends", .strings(edit.ends)),
          ("check", check.json),
        ]))
    }
  }

  private var options: ModelEdit.Options {
    var options = ModelEdit.Options(inputType: inputType, outputType: outputType)
    options.renames = rename
    options.dropOutputs = dropOutput
    options.stripsMetadata = stripMetadata
    return options
  }
}
