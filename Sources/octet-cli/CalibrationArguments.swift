public import ArgumentParser
import Octet
import OctetData
import OctetDiagnostics
public import OctetQuantize

/// The samples to calibrate with and what to make of them.
struct CalibrationArguments: ParsableArguments {
  @Option(
    name: [.customLong("calibration-data")],
    help: ArgumentHelp(
      "Samples: a folder with IDX files, .npy, .npz or a text list of .npy files.",
      valueName: "data"))
  var data: String?

  @Option(help: "How ranges follow from values: entropy or min-max.")
  var calibrator: CalibrationAlgorithm = .entropy

  @Option(help: "How many samples to take, evenly spaced.")
  var samples = 500

  @Option(
    help: ArgumentHelp(
      "How pixels become inputs: scale=1/256,mean=…,std=… means (pixel x scale - mean) / std.",
      valueName: "spec"))
  var preprocess: String?

  func validate() throws {
    if samples < 1 { throw ValidationError("--samples must be at least 1") }
  }
}

extension CalibrationAlgorithm: ExpressibleByArgument {}
extension InterfaceType: ExpressibleByArgument {}

extension Model {
  /// Calibrates and shows progress as TensorRT's samples do.
  func calibrated(
    _ calibrator: DatasetCalibrator, _ preprocessing: Preprocessing, _ printer: ProgressPrinter,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CalibrationTable {
    let table = try calibrated(
      calibrator, preprocessing: preprocessing.text, log: log
    ) { progress in
      printer.show(
        "Calibrating batch \(progress.batch), containing \(progress.samplesInBatch) images",
        isMilestone: progress.batch % 10 == 0)
    }
    printer.finish()
    return table
  }
}
