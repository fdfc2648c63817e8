import ArgumentParser
import Octet
import OctetData
import OctetDiagnostics
import OctetQuantize

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert a model to .tflite, float or int8.",
    discussion: """
      Examples:
        octet convert lenet.prototxt --weights lenet.caffemodel -o lenet.tflite
        octet convert lenet.prototxt --weights lenet.caffemodel -o lenet8.tflite \\
            --int8 --calibration-data mnist --calibrator entropy --preprocess scale=1/256
        octet convert lenet.prototxt --weights lenet.caffemodel -o lenet8.tflite \\
            --int8 --calibration-table lenet.table --input-type uint8 --output-type float32
        octet convert net.prototxt --weights net.caffemodel -o net.tflite --print-passes
      """)

  @OptionGroup var source: ModelArguments

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file.tflite"))
  var output: String?

  @Flag(help: "Quantize weights and activations to int8.")
  var int8 = false

  @OptionGroup var calibration: CalibrationArguments

  @Option(
    help: ArgumentHelp("Use the ranges of a table made by 'octet calibrate'.", valueName: "file"))
  var calibrationTable: String?

  @Option(help: "Type of the int8 model's inputs: int8, uint8 or float32.")
  var inputType: InterfaceType = .int8

  @Option(help: "Type of the int8 model's outputs: int8, uint8 or float32.")
  var outputType: InterfaceType = .int8

  @Flag(name: .customLong("no-verify"), help: "Do not compare the written int8 model with float.")
  var skipsVerification = false

  @Flag(help: "Print what each pass did.")
  var printPasses = false

  @Option(help: ArgumentHelp("Print the graph after each patch of a pass.", valueName: "pass"))
  var printAfter: [String] = []

  @Option(help: ArgumentHelp("Stop after this many patches.", valueName: "n"))
  var stopAfter: Int?

  @Flag(help: "Find the first patch after which the model computes something else; writes nothing.")
  var bisectPasses = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if output == nil, !bisectPasses { throw ValidationError("give -o FILE.tflite") }
    if !int8, calibration.data != nil || calibrationTable != nil {
      throw ValidationError("calibration is for --int8")
    }
    if let stopAfter, stopAfter < 0 { throw ValidationError("--stop-after must not be negative") }
  }

  func run() throws {
    let options = try source.options()
    try report.run { log throws(DiagnosticFailure) in
      let start = ContinuousClock.now
      PassTrace.check(printAfter, log: log)
      try log.throwIfErrors()
      let imported = try Model.open(source.model, options, log: log)
      if bisectPasses {
        try bisect(imported, log)
        return
      }
      var model = try imported.converted(stopAfter: stopAfter, log: log) { step in
        if printPasses { Console.error(step.text) }
        if printAfter.contains(step.pass) { Console.error(step.text + "\n" + step.graphText()) }
      }
      let given = try calibrationTable.map { path throws(DiagnosticFailure) in
        try fittingTable(path, for: model, log)
      }
      // The ranges of a table hold for samples that were preprocessed as it says.
      let preprocessing = try Preprocessing.chosen(
        calibration.preprocess, stored: given?.preprocessing ?? imported.preprocessing,
        in: calibrationTable ?? source.model, log: log)
      model.preprocessing = preprocessing == .identity ? nil : preprocessing.text
      let float = model
      var verification: Verification?
      if int8 {
        let table: CalibrationTable
        (table, verification) = try self.table(given, for: model, preprocessing, log)
        model = try model.quantized(
          table, inputType: inputType, outputType: outputType, log: log)
      }
      guard let output else { return }
      let bytes = try model.write(output, log: log)
      let elapsed = (ContinuousClock.now - start).components
      let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
      var agreement: Agreement?
      if let verification, !skipsVerification {
        agreement = try verification.run(float, output, preprocessing, log)
      }
      finish(model, output, bytes, seconds, agreement, verification, log)
    }
  }

  private func fittingTable(
    _ path: String, for model: Model, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CalibrationTable {
    let table = try CalibrationTable.read(path, log: log)
    model.check(table, file: path, log: log)
    try log.throwIfErrors()
    return table
  }

  /// The ranges, and the samples to check the result with.
  private func table(
    _ given: CalibrationTable?, for model: Model, _ preprocessing: Preprocessing,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (CalibrationTable, Verification?) {
    let dataset = try calibration.data.map { path throws(DiagnosticFailure) in
      try log.attempt { () throws(Diagnostic) in
        try Dataset.open(
          path, part: .calibration, inputs: model.inputNames, log: log)
      }
    }
    if let given { return (given, dataset.map { Verification(dataset: $0, used: []) }) }
    guard let dataset else {
      throw log.failure(
        Diagnostic(
          .noCalibrationData, "--int8 needs samples to measure the tensors' ranges on",
          at: Location(file: source.model),
          helps: [
            .init("give some", arguments: ["--calibration-data", "DATA"]),
            .init("or a table made earlier", arguments: ["--calibration-table", "FILE"]),
          ]))
    }
    let calibrator = DatasetCalibrator(
      dataset, for: model, preprocessing: preprocessing, algorithm: calibration.calibrator,
      samples: calibration.samples)
    let table = try model.calibrated(calibrator, preprocessing, report.progress, log)
    return (table, Verification(dataset: dataset, used: calibrator.indices))
  }

  private func bisect(_ model: Model, _ log: DiagnosticLog) throws(DiagnosticFailure) {
    let result = try PassBisection.run(model, log: log)
    if report.json {
      Console.output(result.json.text)
    } else {
      Console.output(result.text)
    }
  }

  private func finish(
    _ model: Model, _ output: String, _ bytes: Int, _ seconds: Double, _ agreement: Agreement?,
    _ verification: Verification?, _ log: DiagnosticLog
  ) {
    if let warning = agreement?.warning(at: output) { log.add(warning) }
    if report.json {
      Console.output(
        JSON.members([
          ("output", .string(output)), ("bytes", .int(bytes)), ("ops", .int(model.operatorCount)),
          ("seconds", .number(seconds)), ("diagnostics", .int(log.diagnostics.count)),
          ("agreement", agreement?.json),
        ]).text)
      return
    }
    let time = "\((seconds * 1000).rounded() / 1000)"
    Console.output(
      "wrote \(output): \(bytes) bytes, \(model.operatorCount) operators, in \(time) s")
    if let agreement, let verification {
      Console.output(
        "verified against float on \(agreement.samples) \(verification.kind) samples:\n  "
          + agreement.text, terminator: "")
    }
  }
}

/// The check of a written int8 model against the float one.
struct Verification {
  let dataset: Dataset
  /// Samples that calibration has used.
  let used: [Int]

  private var heldBack: [Int] {
    let used = Set(used)
    let free = (0..<dataset.count).filter { !used.contains($0) }
    return Dataset.evenlySpaced(100, of: free.count).map { free[$0] }
  }

  var kind: String { heldBack.isEmpty ? "calibration" : "held-back" }

  func run(
    _ float: Model, _ path: String, _ preprocessing: Preprocessing, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Agreement {
    let written = try Model.open(path, log: log)
    let samples = heldBack
    return try Agreement.between(
      float, written, dataset,
      samples.isEmpty ? Dataset.evenlySpaced(100, of: dataset.count) : samples, preprocessing,
      log: log)
  }
}
