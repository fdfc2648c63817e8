public import OctetDiagnostics
public import OctetData
public import OctetIR
import OctetOps
import OctetRuntime

/// A model prepared once, to run any number of times: on raw tensors without preprocessing, or on
/// pictures with it.
///
/// ```swift
/// let session = try Session(model, log: log)
/// let result = try session.run([(nil, Tensor([1, 28, 28, 1], pixels))], log: log)
/// let boxes = try session.detect(try Image(contentsOf: "dog.jpg"), log: log)
/// ```
/// One session serves one thread at a time.
public final class Session {
  let prepared: PreparedGraph
  let path: String
  let storedPreprocessing: String?
  /// How the outputs become boxes; nil for a model that is no detector.
  public let detector: Detector?
  /// What becomes of pictures; nil for what is stored in the model.
  public var preprocessing: Preprocessing?
  /// The classes' names, for detections and class scores.
  public var classNames: ClassNames?
  /// Names of the inputs and outputs, unique.
  public let inputNames: [String]
  public let outputNames: [String]

  /// Prepares the model; one that comes from a framework is converted first, so its images are
  /// channels-last.
  public convenience init(_ model: Model, log: DiagnosticLog) throws(DiagnosticFailure) {
    try self.init(runnable: try model.runnable(log: log), log: log)
  }

  /// - Parameters:
  ///   - model: what `Model.runnable` gives.
  ///   - keepsAllTensors: for looking at each tensor (`PreparedGraph`).
  init(
    runnable model: Model, keepsAllTensors: Bool = false, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let graph = model.graph
    prepared = try PreparedGraph(
      graph, threads: model.threads, keepsAllTensors: keepsAllTensors, log: log)
    path = model.path
    storedPreprocessing = model.preprocessing
    detector = model.detector.flatMap { try? Detector($0) }
    inputNames = uniqued(graph.inputs.map { graph[$0].name })
    outputNames = uniqued(graph.outputs.map { graph[$0].name })
  }

  /// What goes into an input.
  public enum Input: Sendable {
    /// In the type and the shape of the model's input.
    case tensor(Tensor)
    /// Brought to the input's size and channels and preprocessed; quantized where the input is int8
    /// or uint8, rounded half away from zero.
    case picture(Image)

    /// The shape of a tensor, for `ModelOptions.givenShapes`; nil for a picture.
    public func shape(of name: String?) -> (name: String?, extents: [Int])? {
      if case .tensor(let tensor) = self { (name, tensor.extents) } else { nil }
    }

    /// The picture, if it is one.
    public var picture: Image? {
      if case .picture(let image) = self { image } else { nil }
    }
  }

  /// - Parameter inputs: by name or, without one, in the model's order; in the types and shapes of the
  ///   model's inputs.
  /// - Throws: after logging every input that is missing, unknown or does not fit (`OCT0702`).
  public func run(
    _ inputs: [(name: String?, tensor: Tensor)], log: DiagnosticLog
  ) throws(DiagnosticFailure) -> RunResult {
    try run(inputs.map { ($0.name, .tensor($0.tensor)) }, log: log)
  }

  /// Runs on tensors and pictures; with a picture among them the result says what is in it.
  ///
  /// - Parameters:
  ///   - inputs: by name; without one, tensors in the model's order, and pictures into the first
  ///     input that has the shape for one.
  ///   - options: which boxes of a detector count.
  /// - Throws: after logging every input that is missing, unknown or does not fit.
  public func run(
    _ inputs: [(name: String?, input: Input)], _ options: DetectionOptions = .init(),
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> RunResult {
    let placement = try fill(inputs, log: log)
    prepared.invoke()
    try log.attempt(at: Location(file: path)) { () throws(Diagnostic) in
      try prepared.requireSoundRun()
    }
    let outputs = zip(outputNames, prepared.outputs).map { NamedTensor($0, $1.copy()) }
    guard let placement else { return RunResult(outputs: outputs) }
    return try result(outputs, placement, options, log)
  }

  /// Writes the inputs of the next run.
  ///
  /// - Returns: where the picture lies in its input, if one is among them.
  @discardableResult
  func fill(
    _ inputs: [(name: String?, input: Input)], log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Placement? {
    let errorsBefore = log.errorCount
    var isGiven = [Bool](repeating: false, count: inputNames.count)
    var placement: Placement?
    for (name, input) in inputs {
      do throws(Diagnostic) {
        switch input {
        case .tensor(let tensor):
          let position = try position(of: name, isGiven)
          isGiven[position] = true
          try write(tensor, to: position)
        case .picture(let image):
          guard placement == nil || detector == nil else {
            throw Diagnostic(
              .inputMismatch, "a detector takes one picture at a time",
              help: "run it once for each picture")
          }
          let position = try picturePosition(of: name, isGiven)
          isGiven[position] = true
          placement = try write(image, to: position)
        }
      } catch {
        log.add(error.located(Location(file: path)))
      }
    }
    let isMatched = log.errorCount == errorsBefore
    for (name, given) in zip(inputNames, isGiven) where !given && isMatched {
      log.add(
        Diagnostic(
          .inputMismatch, "input '\(name)' is not given", at: Location(file: path),
          helps: [.init("give it", arguments: ["--input", "\(name)=FILE.npy"])]))
    }
    if log.errorCount > errorsBefore { throw DiagnosticFailure() }
    return placement
  }

  func position(of name: String?, _ isGiven: [Bool]) throws(Diagnostic) -> Int {
    guard let name else {
      if let position = isGiven.firstIndex(of: false) { return position }
      throw Diagnostic(
        .inputMismatch, "more inputs are given than the model's \(inputNames.count)")
    }
    guard let position = inputNames.firstIndex(of: name) else {
      throw Diagnostic(
        .inputMismatch, "the model has no input '\(name)'",
        notes: ["its inputs are " + inputNames.joined(separator: ", ")]
      ).suggesting(name, from: inputNames)
    }
    if isGiven[position] { throw Diagnostic(.inputMismatch, "input '\(name)' is given twice") }
    return position
  }

  private func write(_ tensor: Tensor, to position: Int) throws(Diagnostic) {
    let input = prepared.inputs[position]
    guard tensor.type.element == input.element, tensor.extents == input.extents else {
      throw Diagnostic(
        .inputMismatch,
        "input '\(inputNames[position])' is \(input.type.text), not \(tensor.type.text)",
        help: "raw tensors are given in the model's own type and shape")
    }
    UnsafeMutableRawBufferPointer(start: input.base, count: tensor.storage.bytes.count)
      .copyMemory(from: tensor.storage.bytes)
  }
}

/// The names, with `#1`, `#2`… behind those that are empty or repeat an earlier one.
private func uniqued(_ names: [String]) -> [String] {
  var taken = Set(names)
  var seen: Set<String> = []
  return names.map { name in
    if !name.isEmpty, seen.insert(name).inserted { return name }
    var suffix = 1
    while !taken.insert("\(name)#\(suffix)").inserted { suffix += 1 }
    return "\(name)#\(suffix)"
  }
}
