import OctetDiagnostics
import OctetIR
import OctetOps

/// The inputs and outputs of a channels-first net: its images enter and leave channels-last.
extension GraphBuilder {
  /// Adds the inputs in the extents that the user or the net gives; logs `OCT0203`, `OCT0307`,
  /// `OCT0209` or `OCT0309` for those that cannot be added.
  mutating func addInputs(
    _ inputs: [ForeignInput], _ options: ImportOptions, _ log: DiagnosticLog
  ) {
    log.refuseUnknownInputs(
      options.inputShapes.keys, among: inputs.map { $0.name }, of: "net",
      at: Location(file: place.file))
    for input in inputs {
      let place = Location(node: input.name, line: input.line).completed(by: place)
      guard var extents = options.inputShapes[input.name] ?? input.extents else {
        log.add(
          Diagnostic(
            .unknownDimension, "the shape of input '\(input.name)' is not known", at: place,
            notes: input.notes,
            helps: [
              .init(
                "give it", arguments: ["--input-shape", "\(input.name)=1,CHANNELS,\(input.size)"])
            ]))
        setMissing(input.name)
        continue
      }
      if options.inputShapes[input.name] == nil, let batch = extents.first,
        batch != options.batch ?? 1
      {
        if options.batch == nil {
          log.add(
            Diagnostic(
              .batchBecameOne,
              "the batch of '\(input.name)' becomes 1; the file suggests \(batch)",
              at: place, helps: [.init("keep it", arguments: ["--batch", "\(batch)"])]))
        }
        extents[0] = options.batch ?? 1
      }
      let isEmpty = extents.isEmpty || extents.contains { $0 <= 0 }
      guard !isEmpty, GraphBuilder.isTensor(extents) else {
        let what = "input '\(input.name)' of shape \(extents)"
        log.add(
          isEmpty
            ? Diagnostic(
              .unsupportedParameter, what + " has no elements", at: place,
              help: "give it positive extents")
            : Diagnostic(
              .tensorTooLarge, what + " is too large", at: place,
              notes: ["a tensor has less than 2^31 elements"],
              help: "give it smaller extents with --input-shape"))
        setMissing(input.name)
        continue
      }
      do throws(Diagnostic) {
        try addInput(input.name, extents, place)
      } catch {
        log.add(error.located(place))
      }
    }
  }

  /// An image enters channels-last and is turned back for the layers.
  private mutating func addInput(
    _ name: String, _ extents: [Int], _ place: Location
  ) throws(Diagnostic) {
    guard extents.count == 4 else {
      setBlob(name, addInput(name, TensorType(.float32, extents)))
      return
    }
    let last = Permutation.toChannelsLast.apply(extents)
    let id = addInput(name, TensorType(.float32, last))
    noteLayout(name, last)
    let order = graph.addConstant("\(name)/order", Permutation.toChannelsFirst.tensor)
    let outputs = try graph.append(
      Transpose(), inputs: [id, order], names: [name], provenance: [place])
    setBlob(name, outputs[0])
  }

  /// Makes the blobs the graph's outputs, each of its own name; logs `OCT0308` for those that there are
  /// none of.
  ///
  /// - Parameter blobs: what to suggest near matches from.
  mutating func addOutputs(
    _ names: [String], among blobs: [String], _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let makers = graph.producers()
    var seen: Set<String> = []
    // Values that have their own name already: they can be no other output.
    var named = Set(graph.inputs)
    for name in names where seen.insert(name).inserted {
      guard let blob = blob(name) else {
        if !isMissing(name) {
          log.add(
            Diagnostic(.unknownOutput, "the net has no blob '\(name)'", at: place)
              .suggesting(name, from: blobs))
        }
        continue
      }
      let places =
        makers[blob.index].map { graph.nodes[$0].provenance }
        ?? [Location(node: name).completed(by: place)]
      let extents = graph[blob].type.shape.extents ?? []
      let isFirst = named.insert(blob).inserted
      if isFirst { rename(blob, name, makers) }
      if extents.count == 4 {
        let order = graph.addConstant("\(name)/order", Permutation.toChannelsLast.tensor)
        try addOutput(name, Transpose(), [blob, order], places, log)
        noteLayout(name, Permutation.toChannelsLast.apply(extents))
      } else if isFirst {
        graph.outputs.append(blob)
      } else {
        let shape = Tensor([extents.count], int32: extents.map { Int32($0) })
        let constant = graph.addConstant("\(name)/shape", shape)
        try addOutput(name, Reshape(shape: extents), [blob, constant], places, log)
      }
    }
  }

  /// Names a blob's value, and the channels-last form that it is turned from.
  private mutating func rename(_ id: ValueID, _ name: String, _ makers: [Int?]) {
    graph[id].name = name
    guard let maker = makers[id.index].map({ graph.nodes[$0] }), maker.op is Transpose,
      let last = maker.inputs[0], !graph.inputs.contains(last)
    else { return }
    graph[last].name = name
  }

  private mutating func addOutput(
    _ name: String, _ op: any BuiltinOp, _ inputs: [ValueID], _ places: [Location],
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    graph.outputs += try log.attempt { () throws(Diagnostic) in
      try graph.append(op, inputs: inputs, names: [name], provenance: places)
    }
  }

  private mutating func noteLayout(_ name: String, _ extents: [Int]) {
    changedLayouts.append(
      "'\(name)' is [" + extents.map { "\($0)" }.joined(separator: ",") + "]")
  }

  /// The graph, compact, with a remark on the layout that has changed.
  ///
  /// - Throws: when the log has errors.
  mutating func finish(_ log: DiagnosticLog) throws(DiagnosticFailure) -> Graph {
    try log.throwIfErrors()
    if !changedLayouts.isEmpty {
      log.add(
        Diagnostic(
          .layoutChanged, "images are channels-last in the converted model", at: place,
          notes: changedLayouts))
    }
    graph.compact()
    return graph
  }
}
