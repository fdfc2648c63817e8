package import OctetDiagnostics
package import OctetFiles
import OctetIR
import OctetOps
import OctetSchema

/// Reads a `.tflite` file into IR. Constants stay in the mapped file.
package struct TFLiteReader {
  private let file: MappedFile
  private let model: ModelTable
  private let log: DiagnosticLog
  private let budget: Budget

  /// What names, shapes and lists may take together: a FlatBuffer can refer to one of them any number of
  /// times.
  private final class Budget {
    private var left: Int

    init(_ fileBytes: Int) { left = 1 << 24 + 8 * min(fileBytes, 1 << 27) }

    func take(_ count: Int) -> Bool {
      left -= min(count, left + 1)
      return left >= 0
    }
  }

  /// The most tensors or operators of a subgraph.
  private static let mostElements = 20_000

  /// Reads `file` and logs everything in it that makes no sense (`OCT0103`, `OCT0104`, `OCT0205`).
  /// The graph is not verified: operators may disagree with their tensors.
  package static func read(
    _ file: MappedFile, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> TFLiteModel {
    guard let model = ModelTable(verifying: file.bytes) else {
      throw log.failure(
        Diagnostic(
          .invalidFlatBuffer,
          "the file is damaged: its FlatBuffer structure does not verify",
          at: Location(file: file.path, format: "tflite"),
          help: "fetch or convert the model again"))
    }
    return try TFLiteReader(
      file: file, model: model, log: log, budget: Budget(file.bytes.count)
    ).read()
  }

  private func read() throws(DiagnosticFailure) -> TFLiteModel {
    if model.version != 3 { report("schema version \(model.version) is not 3") }
    guard let subgraphs = model.subgraphs, !subgraphs.isEmpty else {
      report("the file has no subgraph")
      throw DiagnosticFailure()
    }
    if subgraphs.count > 1000 {
      report("the file has \(subgraphs.count) subgraphs, more than the 1000 Octet reads")
      throw DiagnosticFailure()
    }
    var names: [String] = []
    for (index, subgraph) in subgraphs.enumerated() {
      var name = subgraph.name ?? ""
      if name.isEmpty { name = index == 0 ? "main" : "subgraph\(index)" }
      while names.contains(name) { name += "'" }
      names.append(name)
    }
    var graphs: [Graph] = []
    for (index, subgraph) in subgraphs.enumerated() {
      graphs.append(try read(subgraph, named: names[index], all: names))
    }
    var metadata = ModelMetadata()
    var others: [(name: String, contents: Storage)] = []
    applySignature(to: &graphs[0])
    for entry in elements(model.metadata) {
      let bytes = try buffer(Int(truncatingIfNeeded: entry.buffer), Location())
      guard entry.name == MetadataText.entryName else {
        if let name = entry.name, let bytes {
          others.append((name, Storage(borrowing: bytes, owner: file)))
        }
        continue
      }
      let text = String(
        decoding: bytes ?? UnsafeRawBufferPointer(start: nil, count: 0), as: UTF8.self)
      do throws(Diagnostic) {
        metadata = try MetadataText.apply(text, to: &graphs, of: file.path)
      } catch {
        log.add(error.located(location))
      }
    }
    try log.throwIfErrors()
    metadata.others = others
    metadata.files = AppendedFiles(of: file.bytes, owner: file)
    metadata.description = model.description
    for (place, table) in elements(subgraphs[0].operators).enumerated() {
      if let code = Int(exactly: table.opcodeIndex), let codes = model.operatorCodes,
        codes.indices.contains(code), codes[code].form == nil
      {
        metadata.operatorVersions[place] = Int(codes[code].version)
      }
    }
    metadata.signatureKey = signature?.signatureKey
    metadata.unkept = model.unkept()
    var isFirst = true
    for table in elements(model.signatureDefs) {
      if table.subgraphIndex == 0, isFirst {
        isFirst = false
      } else if let signature = Signature(table, graphs) {
        metadata.signatures.append(signature)
      } else {
        metadata.unkept.append(
          "signature '\(table.signatureKey ?? "")', whose tensors are no inputs and outputs")
      }
    }
    return TFLiteModel(graph: try nested(graphs), metadata: metadata)
  }

  /// Graph 0 with the subgraphs that its nodes name, and theirs, inside; those that nothing names stand
  /// beside them. A subgraph that two graphs name is in both.
  private func nested(_ graphs: [Graph]) throws(DiagnosticFailure) -> Graph {
    if graphs.count == 1 { return graphs[0] }
    let named: [[Int]] = graphs.map { graph in
      var places: [Int] = []
      for node in graph.nodes {
        for name in node.subgraphs {
          if let place = graphs.firstIndex(where: { $0.name == name }), !places.contains(place) {
            places.append(place)
          }
        }
      }
      return places
    }
    var count = 0
    var isReached = [Bool](repeating: false, count: graphs.count)
    func build(_ place: Int, within outer: [Int]) throws(DiagnosticFailure) -> Graph {
      isReached[place] = true
      count += 1
      if outer.contains(place) || count > 1000 {
        report(
          outer.contains(place)
            ? "subgraph '\(graphs[place].name)' calls itself"
            : "subgraphs are called from more than 1000 places")
        throw DiagnosticFailure()
      }
      var result = graphs[place]
      for inner in named[place] {
        result.subgraphs.append(try build(inner, within: outer + [place]))
      }
      return result
    }
    var main = try build(0, within: [])
    for place in graphs.indices where !isReached[place] {
      main.subgraphs.append(try build(place, within: []))
    }
    return main
  }

  private var location: Location { Location(file: file.path, format: "tflite") }

  private func report(_ message: String, _ place: Location? = nil) {
    log.add(Diagnostic(.invalidModel, message, at: (place ?? Location()).completed(by: location)))
  }

  private func read(
    _ subgraph: SubGraphTable, named name: String, all names: [String]
  ) throws(DiagnosticFailure) -> Graph {
    var graph = Graph(name: name)
    let before = log.errorCount
    for (count, what) in [
      (subgraph.tensors?.count ?? 0, "tensors"), (subgraph.operators?.count ?? 0, "operators"),
    ] where count > Self.mostElements {
      report("'\(name)' has \(count) \(what), more than the \(Self.mostElements) Octet reads")
      throw DiagnosticFailure()
    }
    for (index, tensor) in elements(subgraph.tensors).enumerated() {
      if let value = try value(tensor, index) { _ = graph.add(value) }
      // One bad tensor shifts the numbering: what follows cannot be judged.
      if log.errorCount - before > 20 { throw DiagnosticFailure() }
    }
    if log.errorCount > before { throw DiagnosticFailure() }
    // What an operator keeps from run to run, which is no part of the graph.
    var state: Set<ValueID?> = []
    for (index, tensor) in elements(subgraph.tensors).enumerated() where tensor.isVariable {
      state.insert(ValueID(index))
    }
    let tensors = graph.values.count
    graph.inputs = interface(subgraph.inputs, of: tensors, "graph inputs")
    graph.outputs = interface(subgraph.outputs, of: tensors, "graph outputs")
    for (index, table) in elements(subgraph.operators).enumerated() {
      if let node = node(table, index, &graph, of: tensors, names, state) {
        graph.nodes.append(node)
      }
      if log.errorCount - before > 20 { break }
    }
    return graph
  }

  private func value(_ tensor: TensorTable, _ index: Int) throws(DiagnosticFailure) -> Value? {
    let name = tensor.name ?? ""
    let place = Location(node: name, offset: tensor.table.position)
    guard budget.take(name.utf8.count + 64 * (tensor.shape?.count ?? 0)) else {
      report("the file refers to its names and shapes more often than Octet reads")
      throw DiagnosticFailure()
    }
    guard let element = ElementType(tensor.type) else {
      report("tensor \(index) has the unknown type \(tensor.type.rawValue)", place)
      return nil
    }
    var dimensions: [Dimension] = []
    let signature = tensor.shapeSignature
    for (axis, extent) in elements(tensor.shape).enumerated() {
      if let signature, axis < signature.count, signature[axis] == -1 {
        dimensions.append(
          .unknown(name: "\(name).\(axis)", origin: "the shape signature of tensor '\(name)'"))
      } else if extent < 0 {
        report("tensor \(index) has a negative extent", place)
        return nil
      } else {
        dimensions.append(.known(Int(extent)))
      }
    }
    var type = TensorType(element, Shape(dimensions))
    type.quantization = quantization(tensor.quantization, rank: dimensions.count)
    var constant: Storage?
    if let sparsity = tensor.sparsity {
      constant = try dense(tensor, sparsity, type, place)
    } else if type.byteCount == 0, tensor.buffer != 0 {
      // Nothing can be stored for it, so nothing else tells it from a variable.
      constant = Storage(byteCount: 0)
    } else if let bytes = try buffer(Int(truncatingIfNeeded: tensor.buffer), place),
      bytes.count > 0
    {
      if type.element.byteCount != nil, type.shape.elementCount == nil {
        report("tensor \(index) has contents, but no known size", place)
        return nil
      }
      if let expected = type.byteCount, expected != bytes.count {
        report(
          "tensor \(index) has \(bytes.count) bytes of contents, its type \(type.text) needs "
            + "\(expected)", place)
        return nil
      }
      constant = Storage(borrowing: bytes, owner: file, forget: { [file] in file.forget($0) })
    }
    return Value(name: name, type: type, constant: constant)
  }

  /// The elements of a sparse tensor.
  private func dense(
    _ tensor: TensorTable, _ sparsity: SparsityParametersTable, _ type: TensorType,
    _ place: Location
  ) throws(DiagnosticFailure) -> Storage? {
    guard let extents = type.shape.extents, let byteCount = type.byteCount,
      let size = type.element.byteCount,
      let stored = try buffer(Int(truncatingIfNeeded: tensor.buffer), place)
    else {
      report("a sparse tensor has no known size or no contents", place)
      return nil
    }
    do throws(Diagnostic) {
      let sparse = try SparseTensor(sparsity, extents)
      guard budget.take(byteCount / 16 + sparse.indexCount) else {
        report("sparse tensors are larger than Octet reads", place)
        return nil
      }
      return try sparse.dense(stored, elements: size)
    } catch {
      report(error.message, place)
      return nil
    }
  }

  /// Old converters write the weights' dimension, up to 3, for a bias too, which has but one.
  private func quantization(
    _ table: QuantizationParametersTable?, rank: Int
  ) -> Quantization? {
    guard let table, let scales = table.scale, !scales.isEmpty else { return nil }
    let axis = Int(table.quantizedDimension)
    return Quantization(
      scales: Array(scales),
      zeroPoints: elements(table.zeroPoint).map { Int32(clamping: $0) },
      axis: scales.count > 1 ? rank == 1 && (0...3).contains(axis) ? 0 : axis : nil)
  }

  /// The bytes of a buffer, inside the FlatBuffer or behind it; nil for buffer 0.
  private func buffer(
    _ index: Int, _ place: Location
  ) throws(DiagnosticFailure) -> UnsafeRawBufferPointer? {
    if index == 0 { return nil }
    guard let buffers = model.buffers, buffers.indices.contains(index) else {
      report("buffer \(index) does not exist", place)
      throw DiagnosticFailure()
    }
    let buffer = buffers[index]
    if let data = buffer.data { return data.bytes }
    if buffer.offset <= 1 { return nil }
    let total = UInt64(file.bytes.count)
    guard buffer.offset <= total, buffer.size <= total - buffer.offset else {
      report("buffer \(index) lies beyond the end of the file", place)
      throw DiagnosticFailure()
    }
    let start = Int(buffer.offset)
    return UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + Int(buffer.size)])
  }

  private func ids(
    _ indices: FlatVector<Int32>?, of tensors: Int, _ what: String
  ) -> [ValueID?] {
    var result: [ValueID?] = []
    guard budget.take(16 * (indices?.count ?? 0)) else {
      report("\(what) are longer than Octet reads")
      return []
    }
    for index in elements(indices) {
      if index == -1 {
        result.append(nil)
      } else if index >= 0, Int(index) < tensors {
        result.append(ValueID(Int(index)))
      } else {
        report("\(what) name tensor \(index), which does not exist")
      }
    }
    return result
  }

  /// The inputs or outputs of a graph, all of which must be there.
  private func interface(
    _ indices: FlatVector<Int32>?, of tensors: Int, _ what: String
  ) -> [ValueID] {
    let result = ids(indices, of: tensors, what)
    if result.contains(nil) { report("\(what) name tensor -1, which does not exist") }
    return result.compactMap { $0 }
  }

  private func node(
    _ table: OperatorTable, _ index: Int, _ graph: inout Graph, of tensors: Int,
    _ names: [String], _ state: Set<ValueID?>
  ) -> Node? {
    guard let codes = model.operatorCodes, let codeIndex = Int(exactly: table.opcodeIndex),
      codeIndex < codes.count
    else {
      report(
        "operator \(index) has no operator code",
        Location(offset: table.table.position, index: index))
      return nil
    }
    let code = codes[codeIndex]
    let builtin = code.resolvedCode
    let type =
      builtin == .custom ? code.customCode ?? "CUSTOM" : builtin.name ?? "\(builtin.rawValue)"
    var place = Location(op: type, offset: table.table.position, index: index)
    let before = log.errorCount
    let inputs = ids(table.inputs, of: tensors, "inputs of operator \(index) (\(type))")
    let outputs = ids(table.outputs, of: tensors, "outputs of operator \(index) (\(type))")
    guard log.errorCount == before else { return nil }
    let made = outputs.compactMap { $0 }
    if let first = made.first { place.node = graph[first].name }
    place = place.completed(by: location)
    // Sparse tensors are dense from here on.
    if builtin == .densify, inputs.count == 1, made.count == 1, let input = inputs[0],
      let numbers = graph[input].constant, graph[made[0]].constant == nil,
      graph[made[0]].type.element == graph[input].type.element,
      graph[made[0]].type.shape == graph[input].type.shape, !graph.outputs.contains(made[0])
    {
      graph[made[0]].constant = numbers
      return nil
    }
    let operands = graph.operands(of: inputs)
    do throws(Diagnostic) {
      let reader = OperatorReader(
        table: table, operands: operands, results: made.map { graph[$0].type },
        subgraphs: names)
      let (op, places) = try known(code, reader, type)
      var read = inputs
      if let places {
        read = places.map { place in
          switch place {
          case .operand(let index): inputs[index]
          case .constant(let numbers):
            graph.addConstant(
              "\(graph[made[0]].name)/\(op.name)", Tensor([numbers.count], int32: numbers))
          }
        }
      }
      let states = OpCatalog.builtin(op)?.options.states.map { $0.input }
      for (index, input) in inputs.enumerated() where state.contains(input) {
        if states?.contains(index) ?? (op is Foreign) { read[index] = nil }
      }
      if states?.isEmpty == false, let last = read.lastIndex(where: { $0 != nil }) {
        read = Array(read[...last])
      }
      return Node(op, inputs: read, outputs: made, provenance: [place])
    } catch {
      log.add(error.located(place))
      return nil
    }
  }

  /// The operator, and its inputs if they are not the file's; a foreign one where Octet has it not, in this
  /// form or in any.
  private func known(
    _ code: OperatorCodeTable, _ reader: OperatorReader, _ type: String
  ) throws(Diagnostic) -> (any Op, [CustomForm.Input]?) {
    var details: [Attribute] = []
    do throws(Diagnostic) {
      if let op = try OpCatalog.entry(for: code.resolvedCode, custom: type)?.read(reader) {
        return (op, nil)
      }
      if let read = try code.form?.read(reader) {
        return (read.op, read.inputs)
      }
    } catch  where error.code == .unknownOperator {
      details = [Attribute("reason", .string(error.message))]
    }
    return (
      Foreign(framework: "tflite", type: type, details: details, results: reader.results), nil
    )
  }

  private var signature: SignatureDefTable? {
    model.signatureDefs?.first { $0.subgraphIndex == 0 }
  }

  /// Inputs and outputs take the names their signature gives them.
  private func applySignature(to graph: inout Graph) {
    guard let signature else { return }
    for map in [signature.inputs, signature.outputs] {
      for entry in elements(map) {
        let index = Int(truncatingIfNeeded: entry.tensorIndex)
        guard let name = entry.name, graph.values.indices.contains(index) else { continue }
        let id = ValueID(index)
        if graph.inputs.contains(id) || graph.outputs.contains(id) { graph[id].name = name }
      }
    }
  }
}

extension OperatorCodeTable {
  /// What a custom operator is read as.
  var form: CustomForm? {
    resolvedCode == .custom ? OpCatalog.customForms.first { $0.name == customCode } : nil
  }
}

/// The elements of a vector that may be absent.
private func elements<Element>(_ vector: FlatVector<Element>?) -> [Element] {
  vector.map { Array($0) } ?? []
}
