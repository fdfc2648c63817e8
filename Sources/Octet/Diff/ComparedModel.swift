public import OctetDiagnostics
import OctetImport
import OctetIR
import OctetPasses

/// A model of a comparison, as far as it can be had.
public struct ComparedModel: Sendable {
  /// Why a model does not convert as it is.
  public struct Stop: Sendable {
    public let diagnostic: Diagnostic
    /// The name that the other model has for the place, where that has one.
    public internal(set) var counterpart: String?
  }

  public let path: String
  /// Nil for a file that could be read as operators only.
  public let format: ModelFormat?
  /// Operators with weights.
  public internal(set) var layers = 0
  /// Operators of the converted model.
  public let operators: Int
  /// Options under which it was compared, as it does not convert without them.
  public let arguments: [String]
  /// Empty for a model that converts as it is.
  public internal(set) var stops: [Stop]
  /// The operators in the words of the file, for a model of which no part converts.
  public let ownOperators: [String]
  let graph: Graph?
  let hasWeights: Bool

  /// Reads and converts the model in memory. One that does not convert is taken with the options that `ModelCheck`
  /// finds for it, else as `Inspection` sees it, else as a list of operators.
  ///
  /// - Parameter shapes: extents of inputs, channels last, to try first where the model leaves them open.
  /// - Throws: `DiagnosticFailure` for a file of which nothing can be read, with the reasons in `log`.
  init(
    _ path: String, _ options: ModelOptions, shapes: [[Int]] = [], log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let needsWeights = options.weights != nil
    let attempt = Attempt(path, options, needsWeights: needsWeights, needsForms: false)
    if let model = attempt.model {
      self.init(path, model, options)
      return
    }
    let isChannelsFirst = attempt.diagnostics.contains {
      ["caffe", "darknet"].contains($0.location?.format)
    }
    let ownShapes = shapes.map { shape in
      isChannelsFirst && shape.count == 4 ? [shape[0], shape[3], shape[1], shape[2]] : shape
    }
    var search = RemedySearch(
      path, options, attempt, needsWeights: needsWeights, shapes: ownShapes)
    search.run()
    let stops = search.explained.filter { $0.severity == .error }.map { Stop(diagnostic: $0) }
    if let remedy = search.remedies.first, let model = remedy.attempt.model {
      self.init(path, model, options, arguments: remedy.arguments, stops: stops)
      return
    }
    if let model = Self.asInspected(path, options) {
      self.init(path, model, options, stops: stops)
      return
    }
    guard let operators = try? TensorFlowImporter.operators(of: path), !operators.isEmpty else {
      for stop in stops { log.add(stop.diagnostic) }
      throw DiagnosticFailure()
    }
    self.init(path, operators: operators, stops: stops)
  }

  private init(_ path: String, operators: [String], stops: [Stop]) {
    self.path = path
    format = nil
    self.operators = operators.count
    arguments = []
    self.stops = stops
    ownOperators = operators
    graph = nil
    hasWeights = false
  }

  private init(
    _ path: String, _ model: Model, _ options: ModelOptions, arguments: [String] = [],
    stops: [Stop] = []
  ) {
    self.path = path
    format = model.format
    operators = model.graph.nodes.count
    self.arguments = arguments
    self.stops = stops
    ownOperators = []
    graph = model.graph
    hasWeights = model.hasWeights(options)
  }

  /// The model as far as it can be read and passes take it.
  private static func asInspected(_ path: String, _ options: ModelOptions) -> Model? {
    let log = DiagnosticLog()
    guard
      var model = try? Model.read(path, options, needsWeights: false, log: log)
        .specialised(options, fixesBatch: false, log)
    else { return nil }
    if let graph = try? PassManager(Pipeline.comparison).run(model.graph, log: log) {
      model.graph = graph
    }
    return model
  }

  /// The extents of its inputs, channels last, where they are known.
  var inputShapes: [[Int]] { graph?.inputs.compactMap { graph?[$0].type.shape.extents } ?? [] }

  /// Where the part that was compared ends, and begins, as `--outputs` and `--inputs` among the arguments say.
  var cuts: [(name: String, isEnd: Bool)] {
    var result: [(name: String, isEnd: Bool)] = []
    var option = ""
    for argument in arguments {
      if argument.hasPrefix("--") {
        option = argument
      } else if option == "--outputs" || option == "--inputs" {
        result.append((argument, option == "--outputs"))
      }
    }
    return result
  }
}
