package import OctetDiagnostics
package import OctetIR
import OctetOps
package import OctetSchema

/// Turns IR into a `.tflite` file: constants 16-byte aligned, a signature with the inputs' and
/// outputs' names, and the `octet` metadata.
package struct TFLiteWriter {
  /// The model's graph and its subgraphs, in the order in which they are written.
  private var graphs: [Graph] = []
  /// For each graph, the places of its own subgraphs by name.
  private var children: [[String: Int]] = []
  private let log: DiagnosticLog
  private var codes: [(entry: OpEntry, version: Int32)] = []
  /// Buffer 0 stands for 'no contents'.
  private var buffers: [FlatObject] = [BufferTable.object()]
  private var bufferOfStorage: [ObjectIdentifier: UInt32] = [:]

  /// Serializes a verified model. Logs `OCT0401` for operators without a TFLite form and
  /// `OCT0602` for models beyond the format's 2 GB.
  package static func write(
    _ model: TFLiteModel, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> SerializedModel {
    try requireOperators(model.graph, log: log)
    var main = model.graph
    main.makeNamesUnique()
    var writer = TFLiteWriter(main, log: log)
    let object = try writer.object(model)
    do {
      return try SerializedModel(object)
    } catch {
      throw log.failure(
        Diagnostic(.modelTooLarge, "the model does not fit the 2 GB that a .tflite may have"))
    }
  }

  /// Logs `OCT0401` for each kind of operator without a TFLite form.
  package static func requireOperators(
    _ main: Graph, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    var kinds: [(graph: Graph, nodes: [Node])] = []
    for graph in [main] + main.allSubgraphs {
      for node in graph.nodes where OpCatalog.builtin(node.op) == nil {
        let kind = kinds.firstIndex {
          $0.nodes[0].operatorName == node.operatorName
            && $0.nodes[0].foreignReason == node.foreignReason
        }
        if let kind { kinds[kind].nodes.append(node) } else { kinds.append((graph, [node])) }
      }
    }
    for (graph, nodes) in kinds {
      let (node, count) = (nodes[0], nodes.count)
      let isTFLite = (node.op as? Foreign)?.framework == "tflite"
      log.add(
        graph.described(
          Diagnostic(
            .operatorLeft,
            isTFLite
              ? "operator '\(node.operatorName)' is not supported"
              : "'\(node.operatorName)' has no lowering to TFLite",
            notes: [node.foreignReason, count == 1 ? nil : "there are \(count) of them"]
              .compactMap { $0 },
            help: "take the operator out of the model, or cut the model before it with --outputs"),
          node))
    }
    try log.throwIfErrors()
  }

  private init(_ main: Graph, log: DiagnosticLog) {
    self.log = log
    _ = flatten(main)
  }

  private mutating func flatten(_ graph: Graph) -> Int {
    let index = graphs.count
    graphs.append(graph)
    children.append([:])
    for subgraph in graph.subgraphs { children[index][subgraph.name] = flatten(subgraph) }
    return index
  }

  private mutating func object(_ model: TFLiteModel) throws(DiagnosticFailure) -> FlatObject {
    var subgraphs: [FlatObject] = []
    for index in graphs.indices { subgraphs.append(subgraph(index)) }
    try log.throwIfErrors()
    var metadata: [FlatObject] = []
    if !model.metadata.isStripped {
      let text = MetadataText.text(model.metadata, graphs)
      buffers.append(BufferTable.object(data: .owned(Array(text.utf8))))
      metadata.append(
        MetadataTable.object(name: MetadataText.entryName, buffer: UInt32(buffers.count - 1)))
    }
    for (name, contents) in model.metadata.others {
      buffers.append(BufferTable.object(data: .unowned(contents.bytes)))
      metadata.append(MetadataTable.object(name: name, buffer: UInt32(buffers.count - 1)))
    }
    var signatures =
      model.metadata.isStripped
      ? [] : [signature(graphs[0], model.metadata.signatureKey ?? "serving_default")]
    var unkept = model.metadata.unkept
    for other in model.metadata.signatures {
      if let object = other.object(graphs) {
        signatures.append(object)
      } else {
        unkept.append("signature '\(other.key ?? "")', whose inputs and outputs are gone")
      }
    }
    if !unkept.isEmpty {
      log.add(
        Diagnostic(
          .notKept, "the model is written without some of what its file has", notes: unkept))
    }
    return ModelTable.object(
      version: 3,
      operatorCodes: codes.map {
        OperatorCodeTable.object(
          resolvedCode: $0.entry.builtin, customCode: $0.entry.custom, version: $0.version)
      },
      subgraphs: subgraphs,
      description: model.metadata.isStripped
        ? nil : model.metadata.description ?? "made by Octet",
      buffers: buffers, metadata: metadata,
      signatureDefs: signatures)
  }

  private func signature(_ graph: Graph, _ key: String) -> FlatObject {
    func maps(_ ids: [ValueID]) -> [FlatObject] {
      ids.map { TensorMapTable.object(name: graph[$0].name, tensorIndex: UInt32($0.index)) }
    }
    return SignatureDefTable.object(
      inputs: maps(graph.inputs), outputs: maps(graph.outputs), signatureKey: key,
      subgraphIndex: 0)
  }

  private mutating func subgraph(_ index: Int) -> FlatObject {
    let graph = graphs[index]
    var tensors: [FlatObject] = []
    for value in graph.values { tensors.append(tensor(value)) }
    var operators: [FlatObject] = []
    for node in graph.nodes {
      operators.append(object(node, in: index, &tensors))
    }
    return SubGraphTable.object(
      tensors: tensors, inputs: graph.inputs.map { Int32($0.index) },
      outputs: graph.outputs.map { Int32($0.index) }, operators: operators, name: graph.name)
  }

  private mutating func tensor(_ value: Value, isVariable: Bool = false) -> FlatObject {
    var shape: [Int32] = []
    var signature: [Int32] = []
    for dimension in value.type.shape.dimensions {
      shape.append(Int32(dimension.value ?? 1))
      signature.append(dimension.value.map { Int32($0) } ?? -1)
    }
    return TensorTable.object(
      shape: shape, type: value.type.element.schema, buffer: buffer(of: value), name: value.name,
      quantization: value.type.quantization.map { quantization in
        QuantizationParametersTable.object(
          scale: quantization.scales, zeroPoint: quantization.zeroPoints.map { Int64($0) },
          quantizedDimension: Int32(quantization.axis ?? 0))
      }, isVariable: isVariable,
      shapeSignature: signature.contains(-1) ? signature : nil, hasRank: true)
  }

  private mutating func buffer(of value: Value) -> UInt32 {
    guard let constant = value.constant else { return 0 }
    if let known = bufferOfStorage[ObjectIdentifier(constant)] { return known }
    let index = UInt32(buffers.count)
    // The graph keeps the storage alive until the model is serialized.
    buffers.append(BufferTable.object(data: .unowned(constant.bytes)))
    bufferOfStorage[ObjectIdentifier(constant)] = index
    return index
  }

  /// - Parameter tensors: those of the graph, to which variable tensors are added.
  private mutating func object(
    _ node: Node, in graphIndex: Int, _ tensors: inout [FlatObject]
  ) -> FlatObject {
    let graph = graphs[graphIndex]
    guard let op = OpCatalog.builtin(node.op) else {
      preconditionFailure("operators without a form have been refused")
    }
    let operands = graph.operands(of: node.inputs)
    let results = node.outputs.map { graph[$0].type }
    let version = op.version(operands, results)
    let options = op.options
    // Left-out inputs at the end are not listed at all; some readers take -1 there for a fault.
    let count = (node.inputs.lastIndex { $0 != nil } ?? -1) + 1
    var inputs = node.inputs.prefix(count).map { Int32($0?.index ?? -1) }
    for state in options.states {
      inputs += [Int32](repeating: -1, count: max(0, state.input + 1 - inputs.count))
      inputs[state.input] = Int32(tensors.count)
      let name = "\(graph[node.outputs[0]].name)/state\(state.input)"
      tensors.append(
        tensor(Value(name: name, type: state.type(operands, results)), isVariable: true))
    }
    return OperatorTable.object(
      opcodeIndex: code(op.entry, version), inputs: inputs,
      outputs: node.outputs.map { Int32($0.index) }, builtinOptionsType: options.type,
      builtinOptions: options.type == .none
        ? nil : options.table(options.subgraphs.map { place(of: $0, in: graphIndex) }),
      customOptions: options.custom.map { .owned($0) })
  }

  private func place(of name: String, in graphIndex: Int) -> Int32 {
    guard let place = children[graphIndex][name] else {
      preconditionFailure("a verified graph holds the subgraphs its nodes name")
    }
    return Int32(place)
  }

  private mutating func code(_ entry: OpEntry, _ version: Int32) -> UInt32 {
    for (index, code) in codes.enumerated()
    where code.entry.name == entry.name && code.version == version {
      return UInt32(index)
    }
    codes.append((entry, version))
    return UInt32(codes.count - 1)
  }
}
