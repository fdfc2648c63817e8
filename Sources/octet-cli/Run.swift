import ArgumentParser
import Octet

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a model on a picture or on raw tensors.",
    discussion: """
      Examples:
        octet run yolo.tflite --input dog.jpg --labels coco.names --draw found.png
        octet run yolo.tflite --input dog.jpg --score 0.5 --json
        octet run mobilenet.tflite --input cat.png --labels imagenet.txt \\
            --preprocess scale=1/127.5,mean=1,resize=crop
        octet run lenet.tflite --input digit.npy --save out.npz
        octet run net.tflite --input image=a.npy --input mask=b.npy
        octet run net.tflite --input inputs.npz --json
        octet run wakeword.tflite --input frames.npy --keep-state --save scores.npz
      A picture is preprocessed as the model says, or as --preprocess does; a \
      detector's boxes or a classifier's five best classes come out. Tensors are \
      given in the model's own types and shapes, in the order of its inputs or by \
      name; an .npz names its tensors itself.
      """)

  @OptionGroup var source: ModelArguments

  @Option(
    help: ArgumentHelp(
      "A picture (JPEG, PNG, BMP) or a tensor: FILE, NAME=FILE or FILE.npz.", valueName: "file"))
  var input: [String]

  @Option(help: ArgumentHelp("Write the outputs here.", valueName: "file.npz"))
  var save: String?

  @Option(help: ArgumentHelp("The classes' names, one a line.", valueName: "file"))
  var labels: String?

  @Option(help: "The least score of a detection; 0.25 by default.")
  var score: Float?

  @Option(
    help: "Of boxes of a class that overlap (IoU) more than this, the best stays; 0.45 by default.")
  var nms: Double?

  @Option(help: ArgumentHelp("Write the picture with its detections.", valueName: "file.png"))
  var draw: String?

  @Flag(
    help: ArgumentHelp(
      "The tensors are a stream: their first extent holds several runs' inputs one after the other, and what the model keeps in variables stays from one run to the next."
    ))
  var keepState = false

  @OptionGroup var preprocess: PreprocessingArguments

  @OptionGroup var detector: DetectorArguments

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let save, !save.hasSuffix(".npz") { throw ValidationError("--save takes a FILE.npz") }
    if let draw, !draw.hasSuffix(".png") { throw ValidationError("--draw takes a FILE.png") }
    if let score, !(score > 0 && score <= 1) {
      throw ValidationError("--score must be above 0 and at most 1")
    }
    if let nms, !(0...1).contains(nms) { throw ValidationError("--nms must be from 0 to 1") }
    if keepState, score != nil || nms != nil || draw != nil || labels != nil {
      throw ValidationError("--keep-state is for tensors: it takes no option for pictures")
    }
    for output in [save, draw] {
      try source.protect(from: output, others: input.map { Self.split($0).path } + [labels])
    }
  }

  func run() throws {
    try report.run { log throws(DiagnosticFailure) in
      for output in [save, draw] {
        if let output { try checkWritable(output, log: log) }
      }
      let given = try preprocess.preprocessing(log)
      let names = try classNames(labels, log)
      var inputs: [(name: String?, input: Session.Input)] = []
      for argument in input {
        let (name, path) = Self.split(argument)
        inputs += try log.attempt { () throws(Diagnostic) in
          try Session.Input.read(path, name: name)
        }
      }
      var options = source.options
      if !keepState { options.givenShapes = inputs.compactMap { $0.input.shape(of: $0.name) } }
      let model = try detector.apply(to: Model.open(source.model, options, log: log), log)
      let session = try Session(model, log: log)
      if keepState {
        let result = try session.run(stream: inputs, log: log)
        if let save { try result.save(save, log: log) }
        return report.print(result.text, result.json)
      }
      let picture = inputs.compactMap { $0.input.picture }.first
      try check(isDetection: picture != nil && session.detector != nil, picture != nil, log)
      try session.choose(given, for: inputs, log: log)
      if let names {
        session.classNames = names
        guard let count = session.classCount else {
          throw log.failure(
            Diagnostic(
              .noDetections, "--labels is for classes, and the model's outputs are none",
              notes: ["it is neither a detector nor has one score a class"]))
        }
        names.check(classes: count, log: log)
      }
      let defaults = DetectionOptions()
      let limits = DetectionOptions(
        score: score ?? defaults.score, overlap: nms ?? defaults.overlap)
      let result = try session.run(inputs, limits, log: log)
      if let save { try result.save(save, log: log) }
      if let draw, let picture, let detections = result.detections {
        try log.attempt { () throws(Diagnostic) in
          try picture.drawing(detections).writePNG(draw)
        }
      }
      report.print(result.text, result.json)
    }
  }

  /// Refuses options that have nothing to work on.
  private func check(
    isDetection: Bool, _ hasPicture: Bool, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    for (isGiven, option, isUseful) in [
      (score != nil, "--score", isDetection), (nms != nil, "--nms", isDetection),
      (draw != nil, "--draw", isDetection), (labels != nil, "--labels", hasPicture),
    ] where isGiven && !isUseful {
      log.add(
        Diagnostic(
          .noDetections,
          hasPicture
            ? "\(option) is for the detections of a detector, and the model is none"
            : "\(option) is for pictures, and no --input is one"))
    }
    try log.throwIfErrors()
  }

  /// `NAME=FILE` or `FILE`.
  static func split(_ argument: String) -> (name: String?, path: String) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      return (nil, argument)
    }
    return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }
}
