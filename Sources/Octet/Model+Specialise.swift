import OctetData
import OctetDiagnostics
import OctetIR
import OctetImport

extension Model {
  /// The graph with the options' input shapes, batch and outputs, for formats whose shapes follow from
  /// the operators.
  ///
  /// - Parameter fixesBatch: whether an unknown batch that no option gives becomes 1.
  func specialised(
    _ options: ModelOptions, fixesBatch: Bool = true, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    // Importers have applied the options while they built the graph.
    if format.isForeign { return self }
    var result = self
    try result.setOutputs(options.outputs, log)
    log.refuseUnknownInputs(
      options.inputShapes.keys, among: result.inputNames, at: Location(file: path))
    try log.throwIfErrors()
    var isChanged = false
    for input in result.graph.inputs {
      var shape = result.graph[input].type.shape
      if let extents = options.inputShapes[result.graph[input].name] {
        shape = Shape(extents)
      } else if let batch = options.batch, shape.rank > 0 {
        shape.dimensions[0] = .known(batch)
      } else if fixesBatch, case .unknown(let name, _)? = shape.dimensions.first {
        shape.dimensions[0] = .known(1)
        log.add(
          Diagnostic(
            .batchBecameOne, "the batch dimension '\(name)' becomes 1", at: Location(file: path),
            help: "give another with --batch"))
      }
      isChanged = isChanged || shape != result.graph[input].type.shape
      result.graph[input].type.shape = shape
    }
    if isChanged { try result.inferShapes(log) }
    return result
  }

  private mutating func setOutputs(_ names: [String], _ log: DiagnosticLog)
    throws(DiagnosticFailure)
  {
    guard !names.isEmpty else { return }
    var outputs: [ValueID] = []
    for name in names {
      let found = graph.values.indices.last {
        graph.values[$0].name == name && graph.values[$0].constant == nil
      }
      if let found {
        outputs.append(ValueID(found))
      } else {
        log.add(
          Diagnostic(
            .unknownOutput, "the model has no tensor '\(name)'", at: Location(file: path)
          ).suggesting(name, from: graph.values.map { $0.name }))
      }
    }
    try log.throwIfErrors()
    graph.outputs = outputs
    detector = detector.flatMap { try? Detector($0) }?.reading(only: names)?.text
    graph.compact()
  }

  /// Infers all shapes anew from the inputs'.
  private mutating func inferShapes(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    for node in graph.nodes {
      do throws(Diagnostic) {
        let types = try graph.inferTypes(node.op, inputs: node.inputs)
        for (type, output) in zip(types, node.outputs) { graph[output].type.shape = type.shape }
      } catch {
        throw log.failure(graph.described(error, node))
      }
    }
  }
}
