public import OctetData
public import OctetDiagnostics
import OctetOps
import OctetRuntime

extension Session {
  /// The objects in a picture, best first, with boxes in its pixels.
  ///
  /// - Throws: after logging that the model is no detector (`OCT0809`), that its detector does not
  ///   fit it (`OCT0810`), or that no input takes a picture (`OCT0702`).
  public func detect(
    _ image: Image, _ options: DetectionOptions = .init(), log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [Detection] {
    guard detector != nil else { throw log.failure(Self.noDetector(path, "detections")) }
    return try run([(nil, .picture(image))], options, log: log).detections ?? []
  }

  /// The best classes of a picture, best first; the scores are the first output's.
  ///
  /// - Throws: after logging that the first output is no list of scores (`OCT0804`), or that no
  ///   input takes a picture (`OCT0702`).
  public func classify(
    _ image: Image, top: Int = 5, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [ClassScore] {
    let outputs = try run([(nil, .picture(image))], log: log).outputs
    guard let scores = Self.scores(outputs) else {
      throw log.failure(
        Diagnostic(
          .labelsMismatch, "the model's first output is no list of class scores",
          at: Location(file: path), tensors: outputs.map { "\($0.name): \($0.tensor.type.text)" }))
    }
    return ClassScore.top(top, of: scores, names: classNames)
  }

  /// Takes the preprocessing for the pictures among `inputs`: what is given, else what is stored in
  /// the model; a difference between both is a warning (`OCT0803`). Warns (`OCT0806`) when one is
  /// given and there is no picture.
  public func choose(
    _ given: Preprocessing?, for inputs: [(name: String?, input: Input)], log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    guard inputs.contains(where: { $0.input.picture != nil }) else {
      if given != nil {
        log.add(
          Diagnostic(
            .preprocessingUnused, "raw tensors are taken as they are, without --preprocess",
            help: "give a picture, or leave out --preprocess"))
      }
      return
    }
    preprocessing = try Preprocessing.chosen(
      given, stored: storedPreprocessing, in: path, log: log)
  }

  /// How many classes the model tells apart; nil when it is neither a detector nor a classifier.
  public var classCount: Int? {
    if let detector { return detector.classes }
    guard let extents = prepared.outputs.first?.extents, ClassScore.isList(extents) else {
      return nil
    }
    return extents.reduce(1, *)
  }

  /// The diagnostic for a wish that only a detector can fulfil.
  static func noDetector(_ path: String, _ what: String) -> Diagnostic {
    Diagnostic(
      .noDetections, "\(what) are for detectors, and the model is none", at: Location(file: path),
      notes: ["a model converted from a detector's own format knows how its outputs become boxes"],
      help: "for another model, say it with --detector")
  }

  func result(
    _ outputs: [NamedTensor], _ placement: Placement, _ options: DetectionOptions,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> RunResult {
    var result = RunResult(outputs: outputs)
    if let detector {
      result.detections = try log.attempt(at: Location(file: path)) { () throws(Diagnostic) in
        try detector.detections(
          in: outputs, placement: placement, options: options, names: classNames)
      }
    } else if let scores = Self.scores(outputs) {
      result.top = ClassScore.top(5, of: scores, names: classNames)
    }
    return result
  }

  /// The input for a picture: the one with this name, or the first of those left that has the shape
  /// for one, else the first that is left.
  func picturePosition(of name: String?, _ isGiven: [Bool]) throws(Diagnostic) -> Int {
    let fitting = prepared.inputs.indices.first { index in
      let extents = prepared.inputs[index].extents
      return !isGiven[index] && extents.count == 4 && [1, 3].contains(extents[3])
    }
    if name == nil, let fitting { return fitting }
    return try position(of: name, isGiven)
  }

  func write(_ image: Image, to position: Int) throws(Diagnostic) -> Placement {
    let input = prepared.inputs[position]
    guard TensorView.realTypes.contains(input.element), input.extents.first == 1 else {
      throw Diagnostic(
        .inputMismatch, "input '\(inputNames[position])' takes no picture",
        help: "a picture needs an input of real numbers with a batch of 1",
        tensors: ["\(inputNames[position]): \(input.type.text)"])
    }
    let preprocessing = try picturePreprocessing()
    var values = [Float](repeating: 0, count: input.count)
    let placement = try values.withUnsafeMutableBufferPointer {
      (target: inout UnsafeMutableBufferPointer<Float>) throws(Diagnostic) in
      try preprocessing.write(image, shape: Array(input.extents.dropFirst()), into: target)
    }
    values.withUnsafeBufferPointer { input.write($0) }
    return placement
  }

  private func picturePreprocessing() throws(Diagnostic) -> Preprocessing {
    if let preprocessing { return preprocessing }
    guard let storedPreprocessing else { return .identity }
    return try Preprocessing(storedPreprocessing)
  }

  private static func scores(_ outputs: [NamedTensor]) -> [Float]? {
    guard let output = outputs.first, ClassScore.isList(output.tensor.extents) else { return nil }
    return output.tensor.realValues
  }
}
