import ArgumentParser
import Octet

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the tensors' ranges on samples and write a calibration table.",
    discussion: """
      Examples:
        octet calibrate lenet.prototxt --weights lenet.caffemodel \\
            --calibration-data mnist --preprocess scale=1/256 -o lenet.table
        octet convert lenet.prototxt --weights lenet.caffemodel -o lenet8.tflite \\
            --int8 --calibration-table lenet.table
        octet calibrate lenet.prototxt --weights lenet.caffemodel --calibration-data mnist \\
            --calibrator entropy --format tensorrt -o lenet.cache
      """)

  @OptionGroup var source: ModelArguments

  @OptionGroup var calibration: CalibrationArguments

  @Option(name: .shortAndLong, help: ArgumentHelp("The table to write.", valueName: "file"))
  var output: String

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case octet
    case tensorrt
  }

  @Option(
    help:
      "The form of the table: octet (default), or tensorrt for a calibration cache of TensorRT, with zero point 0."
  )
  var format = Format.octet

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if calibration.data == nil { throw ValidationError("give --calibration-data DATA") }
    try source.protect(from: output, others: [calibration.data])
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      let given = try calibration.preprocessing(log)
      try checkWritable(output, log: log)
      let imported = try Model.open(source.model, source.throughputOptions, log: log)
      let preprocessing = try Preprocessing.chosen(
        given, stored: imported.preprocessing, in: source.model, log: log)
      let model = try imported.optimized(forInt8: true, log: log)
      let dataset = try model.dataset(calibration.data ?? "", part: .calibration, log: log)
      let defaults = Int8Options()
      let calibrator = try DatasetCalibrator(
        dataset, for: model, preprocessing: preprocessing,
        algorithm: calibration.calibrator ?? defaults.algorithm,
        samples: calibration.samples ?? defaults.samples, log: log)
      let table = try model.calibrated(
        calibrator, preprocessing: preprocessing.text, log: log,
        progress: report.progress.calibrating)
      switch format {
      case .octet: try table.write(output, log: log)
      case .tensorrt: try model.tensorRTCache(table).write(output, log: log)
      }
      report.print(
        "wrote \(output): ranges of \(table.entries.count) tensors from \(table.samples) samples",
        .members([
          ("output", .string(output)), ("tensors", .int(table.entries.count)),
          ("samples", .int(table.samples)),
        ]))
    }
  }
}
