import OctetData
import OctetDiagnostics
import OctetIR
import OctetImport
import OctetPasses

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
    let given = result.givenShapes(options)
    for (place, input) in result.graph.inputs.enumerated() {
      var shape = result.graph[input].type.shape
      if let extents = options.inputShapes[result.graph[input].name] {
        shape = Shape(extents)
      } else if let extents = given[place], extents.count == shape.rank,
        shape.extents == nil
      {
        shape.dimensions = zip(shape.dimensions, extents).map { dimension, extent in
          dimension.value == nil ? .known(extent) : dimension
        }
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
    if isChanged || fixesBatch { try result.inferShapes(anew: isChanged, log) }
    return result
  }

  /// The shape of the tensor that each input will be given, where one is.
  private func givenShapes(_ options: ModelOptions) -> [[Int]?] {
    var result = [[Int]?](repeating: nil, count: graph.inputs.count)
    for (name, extents) in options.givenShapes {
      let place = graph.inputs.indices.first { place in
        name.map { $0 == graph[graph.inputs[place]].name } ?? (result[place] == nil)
      }
      if let place { result[place] = extents }
    }
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

  /// Computes the whole numbers that follow from constants and known shapes alone, and infers the shapes that follow
  /// from them.
  ///
  /// - Parameter isAnew: whether all shapes are inferred, from the inputs'. If not, what inference refuses is left to
  ///   the verifier.
  private mutating func inferShapes(
    anew isAnew: Bool, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    var infers = isAnew
    var kept: [Node] = []
    var isOpen = [Bool](repeating: false, count: graph.values.count)
    let areInputsKnown = graph.inputs.allSatisfy { graph[$0].type.shape.extents != nil }
    /// Of a shape that data decide nothing follows here, whatever the file declares.
    func leave(_ node: Node) {
      for output in node.outputs { isOpen[output.index] = true }
      kept.append(node)
    }
    for node in graph.nodes {
      if node.inputs.contains(where: { $0.map { isOpen[$0.index] } ?? false }) {
        leave(node)
        continue
      }
      do throws(Diagnostic) {
        let types = try graph.inferTypes(node.op, inputs: node.inputs)
        if areInputsKnown, types.contains(where: { $0.shape.extents == nil }) {
          leave(node)
          continue
        }
        if infers {
          for (type, output) in zip(types, node.outputs) { graph[output].type.shape = type.shape }
        }
      } catch {
        if error.code == .unknownDimension {
          // What decides is told before what depends on it.
          if isAnew { try requireKnownInputs(log) }
          leave(node)
          continue
        }
        guard isAnew else { kept.append(node); continue }
        var problem = graph.described(error, node)
        problem.helps.append(
          .init(
            "sizes that a file's operators hold fit its own input shapes only: convert its source again, with --input-shape or --batch"
          ))
        throw log.failure(problem)
      }
      if let tensors = FoldConstants.wholeNumbers(of: node, in: graph) {
        for (tensor, output) in zip(tensors, node.outputs) {
          graph[output].constant = tensor.storage
        }
        infers = true
      } else {
        kept.append(node)
      }
    }
    graph.nodes = kept
    graph.openShapes()
  }
}

extension Graph {
  /// Takes the shapes that data decide for what they are: not known before the graph runs, whatever a file declares.
  fileprivate mutating func openShapes() {
    for (node, isShapedByData) in zip(nodes, nodesShapedByData()) where isShapedByData {
      for output in node.outputs {
        let name = self[output].name
        self[output].type.shape = Shape(
          self[output].type.shape.dimensions.indices.map { axis in
            .unknown(name: "\(name).\(axis)", origin: "the data, which decide it as the model runs")
          })
      }
    }
  }
}
