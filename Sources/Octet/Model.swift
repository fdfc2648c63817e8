public import OctetDiagnostics
public import OctetData
import OctetFiles
package import OctetIR
package import OctetImport
import OctetOps
package import OctetPasses
import OctetQuantize
import OctetRuntime
import OctetSchema
import OctetTFLite

/// How to read a model.
public struct ModelOptions: Sendable {
  /// The weights file of formats that keep weights apart.
  public var weights: String?
  /// Names of the tensors to make outputs; empty for the model's own.
  public var outputs: [String]
  /// Extents of inputs by name, in the model's own layout.
  public var inputShapes: [String: [Int]]
  /// The batch size; nil makes it 1 where the model leaves it open or only suggests one.
  public var batch: Int?
  /// Threads that run the model, 1...256. The results are the same for any number.
  public var threads: Int
  /// Names of the nodes to make inputs in the place of the model's own; TensorFlow and Keras only.
  public var inputs: [String] = []
  /// The signature of a SavedModel; nil for `serving_default`, or the first.
  public var signature: String?
  /// The JSON file with the layers of a Keras model whose own file has weights alone.
  public var architecture: String?
  /// Changes of what the model computes that the user consents to, as `--fix` names them.
  public var fixes: [String] = []

  /// The shapes of the tensors that the inputs will be given, by name or in order, which extents that a `.tflite` or
  /// `.oct` leaves open take.
  public var givenShapes: [(name: String?, extents: [Int])] = []

  /// The names that `fixes` knows, with what each does.
  public static var knownFixes: [(name: String, summary: String)] {
    Fix.allCases.map { ($0.rawValue, $0.summary) }
  }

  /// The CPUs that this process may run on.
  public static var availableThreads: Int { ProcessMeasures.availableCPUs }

  public init(
    weights: String? = nil, outputs: [String] = [], inputShapes: [String: [Int]] = [:],
    batch: Int? = nil, threads: Int = 1
  ) {
    self.threads = threads
    self.weights = weights
    self.outputs = outputs
    self.inputShapes = inputShapes
    self.batch = batch
  }
}

/// A model in memory: read from a file, or made by converting or quantizing another one.
///
/// ```swift
/// let log = DiagnosticLog()
/// let model = try Model.open("lenet.prototxt", options, log: log).optimized(log: log)
/// try model.write("lenet.tflite", log: log)
/// ```
public struct Model: Sendable {
  package var graph: Graph
  public let format: ModelFormat
  /// The file it was read from, as the user named it.
  public let path: String
  /// Threads that run it, 1...256. The results are the same for any number.
  public var threads: Int
  var metadata: ModelMetadata

  /// The preprocessing stored with the model, as `--preprocess` takes it.
  public var preprocessing: String? {
    get { metadata.preprocessing }
    set { metadata.preprocessing = newValue }
  }

  /// How the outputs become boxes (`Detector.text`); nil for a model that is no detector.
  public package(set) var detector: String? {
    get { metadata.detector }
    set { metadata.detector = newValue }
  }

  private init(
    graph: Graph, format: ModelFormat, path: String, metadata: ModelMetadata = ModelMetadata()
  ) {
    self.graph = graph
    self.format = format
    self.path = path
    self.metadata = metadata
    threads = 1
  }

  /// Reads a model of any format Octet knows and verifies it.
  ///
  /// - Throws: `DiagnosticFailure`, with every problem of the file in `log`.
  public static func open(
    _ path: String, _ options: ModelOptions = ModelOptions(), log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    try open(path, options, needsWeights: true, log: log)
  }

  /// - Parameter needsWeights: whether a model whose weights are not given is refused; else placeholders take
  ///   their place.
  static func open(
    _ path: String, _ options: ModelOptions, needsWeights: Bool, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    var model = try read(path, options, needsWeights: needsWeights, log: log)
    if !needsWeights { model.markMissingWeights(options) }
    model = try model.specialised(options, log)
    model.threads = options.threads
    guard model.graph.verify(into: log, within: Location(file: path)) else {
      throw DiagnosticFailure()
    }
    return model
  }

  /// As `open`, for looking at a model: weights may be missing and operators may be wrong.
  ///
  /// - Parameter trace: what is told of the shapes of a TensorFlow or Keras model's tensors.
  package static func read(
    _ path: String, _ options: ModelOptions, needsWeights: Bool, trace: ShapeTrace? = nil,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    if TensorFlowImporter.isSavedModel(path) {
      return try read(savedModel: path, options, needsWeights, trace, log)
    }
    let file = try log.attempt { () throws(Diagnostic) in try MappedFile(path) }
    switch ModelFormat.recognise(file.bytes) {
    case .tflite:
      let model = try TFLiteReader.read(file, log: log)
      var result = Model(graph: model.graph, format: .tflite, path: path, metadata: model.metadata)
      result.dropUnknownDetector(log)
      return result
    case .octetIR:
      try requireTextSize(file, log)
      let text = String(decoding: file.bytes, as: UTF8.self)
      let graph = try log.attempt { () throws(Diagnostic) in
        try Graph(parsing: text, file: path, makeOp: OpCatalog.makeOp)
      }
      return Model(graph: graph, format: .octetIR, path: path)
    case .caffe: return try read(file, .caffe, CaffeImporter.read, options, needsWeights, log)
    case .darknet: return try read(file, .darknet, DarknetImporter.read, options, needsWeights, log)
    case .tensorFlow:
      let (folder, name) = splitPath(path)
      if name == TensorFlowImporter.savedModelName, TensorFlowImporter.isSavedModel(folder) {
        return try read(savedModel: folder, options, needsWeights, trace, log)
      }
      let imported = try TensorFlowImporter.read(
        frozen: file, ImportOptions(options, needsWeights, trace), log: log)
      try imported.graph.requireFiniteConstants(log)
      return Model(imported, .tensorFlow, path)
    case .keras:
      let imported = try KerasImporter.read(
        file, ImportOptions(options, needsWeights, trace), log: log)
      try imported.graph.requireFiniteConstants(log)
      return Model(imported, .keras, path)
    case nil:
      throw log.failure(
        Diagnostic(
          .unknownFormat, "'\(path)' is no model that Octet knows", at: Location(file: path),
          notes: ["it reads: " + ModelFormat.allCases.map { $0.summary }.joined(separator: "; ")],
          help: path.hasSuffix(".caffemodel") || path.hasSuffix(".weights")
            ? "name the .prototxt or .cfg, and give this file with --weights"
            : "convert it to one of these formats, or check that it is complete"))
    }
  }

  /// Reads a net of text with its weights beside it.
  private static func read(
    _ file: MappedFile, _ format: ModelFormat,
    _ importer: (
      _ file: MappedFile, _ weights: MappedFile?, _ options: ImportOptions, _ log: DiagnosticLog
    ) throws(DiagnosticFailure) -> ImportedNet,
    _ options: ModelOptions, _ needsWeights: Bool, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    let weights = try options.weights.map { path throws(DiagnosticFailure) in
      try log.attempt { () throws(Diagnostic) in try MappedFile(path, limit: 1 << 31) }
    }
    try requireTextSize(file, log)
    let imported = try importer(file, weights, ImportOptions(options, needsWeights), log)
    if weights != nil { try imported.graph.requireFiniteConstants(log) }
    return Model(imported, format, file.path)
  }

  private static func read(
    savedModel path: String, _ options: ModelOptions, _ needsWeights: Bool, _ trace: ShapeTrace?,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    let imported = try TensorFlowImporter.read(
      savedModel: path, ImportOptions(options, needsWeights, trace), log: log)
    try imported.graph.requireFiniteConstants(log)
    return Model(imported, .tensorFlow, path)
  }

  private init(_ net: ImportedNet, _ format: ModelFormat, _ path: String) {
    self.init(
      graph: net.graph, format: format, path: path,
      metadata: ModelMetadata(preprocessing: net.preprocessing, detector: net.detector))
  }

  /// Warns (`OCT0109`) of a detector that is not understood, and goes on without it.
  private mutating func dropUnknownDetector(_ log: DiagnosticLog) {
    do throws(Diagnostic) {
      _ = try detector.map { text throws(Diagnostic) in try Detector(text) }
    } catch {
      log.add(error.located(Location(file: path, format: format.rawValue)))
      detector = nil
    }
  }

  /// Logs `OCT0101` for a text larger than any net is written.
  private static func requireTextSize(
    _ file: MappedFile, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    try log.attempt { () throws(Diagnostic) in try file.require(atMost: 1 << 28) }
  }

  /// Runs the conversion passes.
  ///
  /// - Parameters:
  ///   - passes: `Pipeline.conversion`, or what of it another use needs.
  ///   - stopAfter: apply at most this many patches.
  ///   - observe: called after each patch with the graph it gave.
  package func optimized(
    passes: [any GraphPass], stopAfter: Int? = nil, log: DiagnosticLog,
    observe: @escaping (PassManager.Step, Graph) -> Void = { _, _ in }
  ) throws(DiagnosticFailure) -> Model {
    var result = self
    if !passes.isEmpty {
      try requireKnownShapes(log)
      result.metadata.dropConversion()
    }
    let manager = PassManager(passes, stopAfter: stopAfter, observe: observe)
    result.graph = try manager.run(graph, log: log)
    result.graph.makeNamesUnique()
    try result.requireKnownInputs(log)
    return result
  }

  /// Logs `OCT0710` for a graph with shapes that data decide, which no pass can look at.
  private func requireKnownShapes(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    for (node, isShapedByData) in zip(graph.nodes, graph.nodesShapedByData()) where isShapedByData {
      throw log.failure(
        graph.described(.shapedByData(graph, node), node).located(Location(file: path)))
    }
  }

  /// Logs `OCT0203` for every input with an extent that nothing gives.
  func requireKnownInputs(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    for input in graph.inputs {
      let value = graph[input]
      var origins: [String] = []
      for case .unknown(let name, let origin) in value.type.shape.dimensions {
        origins.append("'\(name)' is unknown" + (origin.isEmpty ? "" : ": it comes from \(origin)"))
      }
      if origins.isEmpty { continue }
      let extents = value.type.shape.dimensions.map { $0.value.map { "\($0)" } ?? "N" }
      log.add(
        Diagnostic(
          .unknownDimension, "the shape of input '\(value.name)' is not known",
          at: Location(file: path), notes: origins,
          helps: [
            .init(
              "give every extent",
              arguments: ["--input-shape", "\(value.name)=" + extents.joined(separator: ",")])
          ], tensors: [value.text]))
    }
    try log.throwIfErrors()
  }

  /// Runs the conversion passes.
  ///
  /// - Parameter forInt8: whether the model is to be quantized; then none makes an operator without an int8 form of
  ///   some that have one.
  public func optimized(
    forInt8: Bool = false, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    try optimized(passes: passes(forInt8: forInt8), log: log)
  }

  /// Whether data decide shapes, so that no pass can look at the graph.
  var isShapedByData: Bool { graph.nodesShapedByData().contains(true) }

  /// None for a `.tflite` that is written again, which computes the same to the last bit, and for shapes that data decide.
  func passes(forInt8: Bool) -> [any GraphPass] {
    !forInt8 && (format == .tflite || isShapedByData)
      ? [] : Pipeline.conversion(forInt8: forInt8)
  }

  /// The model with `preprocessing` stored in it.
  ///
  /// - Throws: after logging `OCT0802` for one whose channels no input has.
  public func storing(
    _ preprocessing: Preprocessing, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    let channels = graph.inputs.compactMap { graph[$0].type.shape.dimensions.last?.value }
    if let first = channels.first, !channels.contains(preprocessing.channelCount) {
      try log.attempt { () throws(Diagnostic) in try preprocessing.check(channels: first) }
    }
    if let wanted = preprocessing.channels, let first = channels.first,
      !channels.contains(wanted.count)
    {
      try log.attempt { () throws(Diagnostic) in
        _ = try preprocessing.pictureChannels(for: first)
      }
    }
    var result = self
    result.preprocessing = preprocessing == .identity ? nil : preprocessing.text
    return result
  }

  /// The model with `detector` stored in it, in the place of its own.
  ///
  /// - Throws: after logging `OCT0810` for one that does not fit the model's outputs.
  public func storing(
    _ detector: Detector, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    try log.attempt(at: Location(file: path)) { () throws(Diagnostic) in
      try detector.check(graph.outputs.map { (graph[$0].name, graph[$0].type) })
    }
    var result = self
    result.detector = detector.text
    return result
  }

  /// The model as people look at it: without the transposes that importers of channels-first frameworks
  /// put around each layer.
  func forInspection() -> Model {
    guard format.isForeign,
      let graph = try? PassManager([SinkTranspose()]).run(graph, log: DiagnosticLog())
    else { return self }
    var result = self
    result.graph = graph
    result.graph.makeNamesUnique()
    return result
  }

  /// Whether the weights in the graph are the model's own, and not zeros for want of a file.
  func hasWeights(_ options: ModelOptions) -> Bool {
    switch format {
    case .caffe, .darknet: options.weights != nil
    case .tensorFlow, .keras, .tflite, .octetIR: true
    }
  }

  /// Puts twos in the place of missing weights, which are zeros: passes drop what adds nothing.
  private mutating func markMissingWeights(_ options: ModelOptions) {
    guard !hasWeights(options) else { return }
    for index in graph.values.indices {
      let value = graph.values[index]
      guard let storage = value.constant, value.type.element == .float32,
        (8...1 << 18).contains(storage.bytes.count),
        !storage.bytes.contains(where: { $0 != 0 })
      else { continue }
      graph[ValueID(index)].constant = Storage(
        [Float](repeating: 2, count: storage.bytes.count / 4))
    }
  }

  /// The model ready to run or to quantize: converted if it comes from a framework, as it is if it
  /// is a `.tflite`.
  package func runnable(log: DiagnosticLog) throws(DiagnosticFailure) -> Model {
    format.isForeign ? try optimized(log: log) : self
  }

  /// The model prepared for float samples.
  func sampleLoop(log: DiagnosticLog) throws(DiagnosticFailure) -> SampleLoop {
    try SampleLoop(graph, threads: threads, at: Location(file: path), log: log)
  }

  /// Writes the model as `.tflite`; the file is complete or not there.
  ///
  /// - Returns: the size in bytes.
  @discardableResult
  public func write(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) -> Int {
    let file = try TFLiteWriter.write(
      TFLiteModel(graph: graph, metadata: metadata), log: log)
    let files = metadata.files?.bytes(from: file.count) ?? []
    try log.attempt { () throws(Diagnostic) in
      try file.withUnsafeBytes { bytes throws(Diagnostic) in
        files.isEmpty ? try writeFile(path, bytes) : try writeFile(path, Array(bytes) + files)
      }
    }
    return file.count + files.count
  }
}

extension ImportOptions {
  fileprivate init(_ options: ModelOptions, _ needsWeights: Bool, _ trace: ShapeTrace? = nil) {
    self.init(
      outputs: options.outputs, inputShapes: options.inputShapes, batch: options.batch,
      needsWeights: needsWeights, inputs: options.inputs, signature: options.signature,
      architecture: options.architecture,
      fixes: Set(options.fixes.compactMap { Fix(rawValue: $0) }), trace: trace)
  }
}
