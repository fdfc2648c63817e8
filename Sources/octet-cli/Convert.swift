import ArgumentParser
import Octet

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert a model to .tflite: float, int8, or float with smaller weights.",
    discussion: """
      Examples:
        octet convert net.prototxt --weights net.caffemodel -o net.tflite
        octet convert saved_model_folder -o net.tflite
        octet convert yolov3-tiny.cfg --weights yolov3-tiny.weights -o yolo.tflite
        octet convert yolov3-tiny.cfg --weights yolov3-tiny.weights -o yolo8.tflite \\
            --int8 --calibration-data photos
        octet convert net.prototxt --weights net.caffemodel -o net8.tflite \\
            --int8 --calibration-data mnist --preprocess scale=1/256
        octet convert net.prototxt --weights net.caffemodel -o net8.tflite \\
            --int8 --calibration-table net.table --output-type float32
        octet convert net.prototxt --weights net.caffemodel -o net8.tflite \\
            --int8 --calibration-cache tensorrt.cache --ranges ranges.json
        octet convert yolov3-tiny.cfg --weights yolov3-tiny.weights -o yolo8.tflite \\
            --int8 --calibration-data photos --optimize best
        octet convert saved_model_folder -o net8.tflite --int8 \\
            --calibration-data photos --precision 'stem*=int16' \\
            --precision head=float32
        octet convert yolov3-tiny.cfg --weights yolov3-tiny.weights -o yolo.tflite \\
            --dynamic-range
        octet convert saved_model_folder -o detector.tflite \\
            --input-shape image=1,416,416,3 \\
            --preprocess scale=1/255,resize=letterbox \\
            --detector 'boxes classes=80 form=xyxy scores=scores output=boxes'
        octet convert model.keras -o model.tflite --target tflite-2.16
        octet convert net.prototxt --weights net.caffemodel --bisect-passes
      """)

  @OptionGroup var source: ModelArguments

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file.tflite"))
  var output: String?

  @Flag(help: "Quantize weights and activations to int8.")
  var int8 = false

  @Flag(help: "Store weights as float16, which is half the size; they are float32 when they run.")
  var float16 = false

  @Flag(
    help:
      "Store the weights of dense layers and convolutions as int8, a quarter of the size; activations stay float32 and are quantized as the layers run. Needs no samples."
  )
  var dynamicRange = false

  @Flag(
    help: "Convert the largest part of a model that does not convert whole; a remark says which.")
  var cut = false

  @OptionGroup var target: TargetArguments

  @OptionGroup var calibration: CalibrationArguments

  @OptionGroup var detector: DetectorArguments

  @Option(
    help: ArgumentHelp("Use the ranges of a table made by 'octet calibrate'.", valueName: "file"))
  var calibrationTable: String?

  @Option(
    help: ArgumentHelp(
      "Use the scales of a calibration cache of TensorRT, with zero point 0.", valueName: "file"))
  var calibrationCache: String?

  @Option(
    help: ArgumentHelp(
      "Names of the model's tensors for those of the cache that differ, as JSON: {\"(Unnamed ITensor* 5)\": \"conv1\"}.",
      valueName: "file"))
  var calibrationCacheNames: String?

  @Option(
    help: ArgumentHelp(
      "Ranges of tensors, before those of all other sources: JSON, {\"conv1\": [-2.5, 3]}, or lines 'conv1: 3' with the largest magnitude for zero point 0.",
      valueName: "file"))
  var ranges: String?

  @Option(
    help: ArgumentHelp(
      "Write the ranges that the int8 model has, for --calibration-table.", valueName: "file"))
  var saveTable: String?

  @OptionGroup var layers: LayerArguments

  @Option(
    help:
      "How much to do to lose less by int8: none, fast (seconds) or best (minutes). Each step is kept only if it helps on samples that it was not fitted to; without samples, biases are corrected by what batch normalizations tell. The heads of a detector become int16 unless --output-type says int8 or uint8. Default: none."
  )
  var optimize: Optimization?

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
    if bisectPasses {
      if int8 || float16 || dynamicRange || output != nil || stopAfter != nil || printPasses
        || !printAfter.isEmpty
      {
        throw ValidationError("--bisect-passes writes nothing and takes no other option of convert")
      }
    } else if output == nil {
      throw ValidationError("give -o FILE.tflite")
    }
    if [int8, float16, dynamicRange].count(where: { $0 }) > 1 {
      throw ValidationError("give one of --int8, --float16 and --dynamic-range")
    }
    if !int8 {
      for (isGiven, option) in [
        (calibration.data != nil, "--calibration-data"),
        (calibrationTable != nil, "--calibration-table"), (saveTable != nil, "--save-table"),
        (calibrationCache != nil, "--calibration-cache"), (ranges != nil, "--ranges"),
        (calibrationCacheNames != nil, "--calibration-cache-names"),
        (calibration.calibrator != nil, "--calibrator"), (calibration.samples != nil, "--samples"),
        (calibration.isOfTensors, "--calibrator-for and --symmetric"),
        (optimize != nil, "--optimize"), (skipsVerification, "--no-verify"),
      ] where isGiven {
        throw ValidationError("\(option) is for --int8")
      }
      for option in layers.given { throw ValidationError("\(option) is for --int8") }
    }
    let ready =
      calibrationTable != nil
      ? "--calibration-table" : calibrationCache != nil ? "--calibration-cache" : nil
    if let ready, calibration.isOfMaking {
      throw ValidationError("a \(ready) is ready: --calibrator and --samples make one")
    }
    if calibrationTable != nil, calibrationCache != nil {
      throw ValidationError("give --calibration-table or --calibration-cache, not both")
    }
    if calibrationCacheNames != nil, calibrationCache == nil {
      throw ValidationError("--calibration-cache-names is for --calibration-cache")
    }
    if let stopAfter, stopAfter < 0 { throw ValidationError("--stop-after must not be negative") }
    for written in [output, saveTable] {
      try source.protect(
        from: written,
        others: [
          calibrationTable, calibration.data, calibrationCache, calibrationCacheNames, ranges,
          layers.precisionFile,
        ])
    }
    if output == saveTable, output != nil {
      throw ValidationError("-o and --save-table name one file")
    }
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      let start = ContinuousClock.now
      PassTrace.check(printAfter, log: log)
      let given = try calibration.preprocessing(log)
      try log.throwIfErrors()
      for case let path? in [output, saveTable] { try checkWritable(path, log: log) }
      if bisectPasses {
        let imported = try Model.open(source.model, source.throughputOptions, log: log)
        let result = try PassBisection.run(imported, log: log)
        report.print(result.text, result.json)
        return
      }
      var model = try Model.opening(
        source.model, source.throughputOptions, cuts: cut, log: log
      ) {
        imported, log throws(DiagnosticFailure) in
        try imported.converted(forInt8: int8, stopAfter: stopAfter, log: log, observe: show)
      }
      model = try detector.apply(to: model, log)
      for trap in model.traps() { log.add(trap) }
      try log.throwIfErrors()
      var conversion: Int8Conversion?
      if int8 {
        let made = try Int8Conversion(
          model, try options(log), preprocessing: given, log: log, progress: report.progress.making)
        conversion = made
        model = made.model
        if let saveTable { try made.table.write(saveTable, log: log) }
      } else {
        let preprocessing = try Preprocessing.chosen(
          given, stored: model.preprocessing, in: source.model, log: log)
        model = try model.storing(preprocessing, log: log)
        if float16 { model = try model.withFloat16Weights(log: log) }
        if dynamicRange { model = try model.withDynamicRange(log: log) }
      }
      if let target = target.value {
        model.check(target, log: log)
        try log.throwIfErrors()
      }
      guard let output else { return }
      let bytes = try model.write(output, log: log)
      let elapsed = (ContinuousClock.now - start).components
      let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
      let agreement = skipsVerification ? nil : try conversion?.verify(output, log: log)
      finish(model, output, bytes, seconds, agreement, log)
    }
  }

  private func options(_ log: DiagnosticLog) throws(DiagnosticFailure) -> Int8Options {
    var options = calibration.options
    options.table = calibrationTable
    options.cache = calibrationCache
    options.cacheNames = calibrationCacheNames
    options.ranges = ranges
    try layers.apply(to: &options, log)
    options.optimization = optimize ?? .none
    return options
  }

  private func show(_ step: PassTrace) {
    let isShown = printAfter.contains(step.pass)
    guard printPasses || isShown else { return }
    if report.json {
      Console.error(
        JSON.members([
          ("pass", .string(step.text)), ("ir", isShown ? .string(step.graphText()) : nil),
        ]).text)
    } else {
      Console.error(step.text + (isShown ? "\n" + step.graphText() : ""))
    }
  }

  private func finish(
    _ model: Model, _ output: String, _ bytes: Int, _ seconds: Double, _ agreement: Agreement?,
    _ log: DiagnosticLog
  ) {
    let time = "\((seconds * 1000).rounded() / 1000)"
    let operators = counted(model.operatorCount, "operator")
    var text = "wrote \(output): \(bytes) bytes, \(operators), in \(time) s"
    if let agreement {
      text += "\n" + agreement.text.dropLast()
    } else if int8, !skipsVerification {
      text += "\nnot verified against float: --calibration-data gives samples to do it with"
    }
    report.print(
      text,
      .members([
        ("output", .string(output)), ("bytes", .int(bytes)), ("ops", .int(model.operatorCount)),
        ("seconds", .number(seconds)), ("diagnostics", .int(log.diagnostics.count)),
        ("agreement", agreement?.json),
      ]))
  }
}
