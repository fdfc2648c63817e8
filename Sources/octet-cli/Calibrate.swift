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
        octet calibrate lenet.prototxt --weights lenet.caffemodel \\
            --calibration-data mnist --calibrator entropy --format tensorrt \\
            -o lenet.cache

      A large data set can be shared out; the table is that of one run:
        octet calibrate net.tflite --calibration-data photos --samples 10000 \\
            --shard 1/2 -o first.statistics
        octet calibrate net.tflite --calibration-data photos --samples 10000 \\
            --shard 2/2 -o second.statistics
        octet calibrate net.tflite --merge first.statistics second.statistics \\
            --calibrator min-max -o net.table
      """)

  @OptionGroup var source: ModelArguments

  @OptionGroup var calibration: CalibrationArguments

  @Option(
    help: ArgumentHelp(
      "Run only this part of the samples, as 1/4, and write what --merge takes.",
      valueName: "i/n"))
  var shard: CalibrationStatistics.Shard?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Make the table from what all shards have written; --calibration-data is only needed to choose a calibrator.",
      valueName: "file"))
  var merge: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
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
    if merge.isEmpty {
      if calibration.data == nil { throw ValidationError("give --calibration-data DATA") }
    } else if shard != nil {
      throw ValidationError("--shard writes what --merge reads: one at a time")
    } else if calibration.data == nil, calibration.calibrator == nil {
      throw ValidationError(
        "give --calibrator NAME, or with --calibration-data DATA samples to choose one by")
    }
    if shard != nil, calibration.calibrator != nil || calibration.isOfTensors {
      throw ValidationError("statistics serve every calibrator: give it with --merge")
    }
    try source.protect(from: output, others: [calibration.data] + merge)
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      let given = try calibration.preprocessing(log)
      try checkWritable(output, log: log)
      let statistics = try merged(log)
      let imported = try Model.open(source.model, source.throughputOptions, log: log)
      let preprocessing = try Preprocessing.chosen(
        given, stored: statistics?.preprocessing ?? imported.preprocessing,
        in: merge.first ?? source.model, log: log)
      let model = try imported.optimized(forInt8: true, log: log)
      let dataset = try calibration.data.map { path throws(DiagnosticFailure) in
        try model.dataset(path, part: .calibration, log: log)
      }
      let work = DatasetCalibration(model, dataset, preprocessing, log: log)
      let options = calibration.options
      if let shard {
        let part = try work.statistics(options, shard: shard, report.progress.making)
        try part.write(output, log: log)
        finish("statistics of", part.tensors.count, part.samples)
        return
      }
      let table: CalibrationTable
      if let statistics {
        table = try work.table(of: statistics, options, report.progress.making)
      } else {
        table = try work.table(options, report.progress.making)
      }
      switch format {
      case .octet: try table.write(output, log: log)
      case .tensorrt: try model.tensorRTCache(table).write(output, log: log)
      }
      finish("ranges of", table.entries.count, table.samples)
    }
  }

  /// What the shards have seen together; nil without `--merge`.
  private func merged(
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CalibrationStatistics? {
    if merge.isEmpty { return nil }
    var parts: [CalibrationStatistics] = []
    for path in merge { parts.append(try CalibrationStatistics.read(path, log: log)) }
    return try log.attempt { () throws(Diagnostic) in try CalibrationStatistics.merged(parts) }
  }

  private func finish(_ what: String, _ tensors: Int, _ samples: Int) {
    report.print(
      "wrote \(output): \(what) \(counted(tensors, "tensor")) from \(counted(samples, "sample"))",
      .members([
        ("output", .string(output)), ("tensors", .int(tensors)), ("samples", .int(samples)),
      ]))
  }
}
