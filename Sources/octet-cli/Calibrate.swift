import ArgumentParser
import Octet
import OctetData
import OctetDiagnostics
import OctetQuantize

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the tensors' ranges on samples and write a calibration table.",
    discussion: """
      Examples:
        octet calibrate lenet.prototxt --weights lenet.caffemodel \\
            --calibration-data mnist --preprocess scale=1/256 -o lenet.table
        octet convert lenet.prototxt --weights lenet.caffemodel -o lenet8.tflite \\
            --int8 --calibration-table lenet.table
      """)

  @OptionGroup var source: ModelArguments

  @OptionGroup var calibration: CalibrationArguments

  @Option(name: .shortAndLong, help: ArgumentHelp("The table to write.", valueName: "file"))
  var output: String

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if calibration.data == nil { throw ValidationError("give --calibration-data DATA") }
  }

  func run() throws {
    let options = try source.options()
    try report.run { log throws(DiagnosticFailure) in
      let imported = try Model.open(source.model, options, log: log)
      let preprocessing = try Preprocessing.chosen(
        calibration.preprocess, stored: imported.preprocessing, in: source.model, log: log)
      let model = try imported.optimized(log: log)
      let dataset = try log.attempt { () throws(Diagnostic) in
        try Dataset.open(
          calibration.data ?? "", part: .calibration, inputs: model.inputNames, log: log)
      }
      let calibrator = DatasetCalibrator(
        dataset, for: model, preprocessing: preprocessing, algorithm: calibration.calibrator,
        samples: calibration.samples)
      let table = try model.calibrated(calibrator, preprocessing, report.progress, log)
      try table.write(output, log: log)
      if report.json {
        Console.output(
          JSON.members([
            ("output", .string(output)), ("tensors", .int(table.entries.count)),
            ("samples", .int(table.samples)),
          ]).text)
      } else {
        Console.output(
          "wrote \(output): ranges of \(table.entries.count) tensors from \(table.samples) samples")
      }
    }
  }
}
