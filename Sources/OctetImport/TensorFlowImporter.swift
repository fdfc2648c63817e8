package import OctetDiagnostics
package import OctetFiles
import OctetIR
import SwiftProtobuf

/// Reads TensorFlow's graphs: a frozen `.pb` or the folder of a SavedModel.
///
/// A graph is computed as far as constants go: functions are entered, variables have their stored values, and
/// what depends on an input becomes operators. Only what an output needs is looked at.
package struct TensorFlowImporter {
  let options: ImportOptions
  let log: DiagnosticLog
  let place: Location
  var builder: GraphBuilder
  private let main: TensorFlowBody
  private let functions: [String: TensorFlowBody]
  /// The values of variables, by the name of their handle.
  private var variables: [String: Tensor] = [:]
  /// The places of operators that are not supported, by type, and the types in the order they were met.
  private var unsupported: [String: [Location]] = [:]
  private var unsupportedTypes: [String] = []
  /// The values of the model's inputs, by node.
  private var inputs: [String: TensorFlowValue] = [:]

  /// Nodes looked at, each turn of a loop anew, and the bytes of constants that repeat one number.
  private var visits = 0
  private var repeatedBytes = 0

  /// Functions within functions.
  private static let deepest = 64
  /// Nodes that are looked at, and bytes of repeated numbers, before a graph counts as too large.
  private static let mostVisits = 1 << 20
  private static let mostRepeatedBytes = 1 << 30

  /// Whether `path` is the folder of a SavedModel.
  package static func isSavedModel(_ path: String) -> Bool {
    pathKind(path) == .folder && pathKind(joinPath(path, savedModelName)) == .file
  }

  package static let savedModelName = "saved_model.pb"

  /// Reads a frozen graph.
  package static func read(
    frozen file: MappedFile, _ options: ImportOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ImportedNet {
    let place = Location(file: file.path, format: "tensorflow")
    let graph: TFGraphDef = try log.attempt { () throws(Diagnostic) in
      try message(file, "a frozen graph")
    }
    var importer = TensorFlowImporter(graph, place, options, log)
    return try importer.build(try importer.frozenEnds())
  }

  /// Reads the model that a folder holds.
  package static func read(
    savedModel path: String, _ options: ImportOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ImportedNet {
    let place = Location(file: path, format: "tensorflow")
    let model: TFSavedModel = try log.attempt { () throws(Diagnostic) in
      try message(try MappedFile(joinPath(path, savedModelName)), "a SavedModel")
    }
    let served = model.metaGraphs.first { $0.metaInfoDef.tags == ["serve"] }
    guard let meta = served ?? model.metaGraphs.first else {
      throw log.failure(Diagnostic(.noInput, "the SavedModel has no graph", at: place))
    }
    var importer = TensorFlowImporter(meta.graphDef, place, options, log)
    try importer.restore(meta, joinPath(path, "variables/variables"))
    return try importer.build(try importer.signatureEnds(meta))
  }

  /// Whether `bytes` begin as a graph or a SavedModel does: with a node, whose first field is its name, or
  /// with the schema's version 1 and a graph.
  package static func isGraph(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 8 else { return false }
    if bytes[..<3].elementsEqual([0x08, 0x01, 0x12]) { return true }
    guard bytes[0] == 0x0A, let end = bytes[1..<6].firstIndex(where: { $0 < 0x80 }) else {
      return false
    }
    return bytes.count > end + 2 && bytes[end + 1] == 0x0A && bytes[end + 2] < 0x80
  }

  private static func message<Message: SwiftProtobuf.Message>(
    _ file: MappedFile, _ what: String
  ) throws(Diagnostic) -> Message {
    do {
      var options = BinaryDecodingOptions()
      options.messageDepthLimit = 64
      options.discardUnknownFields = true
      return try Message(
        serializedBytes: Array(file.bytes), extensions: nil, partial: true, options: options)
    } catch {
      throw Diagnostic(
        .invalidProtobuf, "'\(file.path)' is damaged or not \(what) (\(error))",
        at: Location(file: file.path, format: "tensorflow"),
        help: "fetch the file again, or save the model again")
    }
  }

  private init(
    _ graph: TFGraphDef, _ place: Location, _ options: ImportOptions, _ log: DiagnosticLog
  ) {
    self.options = options
    self.log = log
    self.place = place
    builder = GraphBuilder(within: place)
    main = TensorFlowBody(graph)
    functions = Dictionary(
      graph.library.function.map { ($0.signature.name, TensorFlowBody($0)) }
    ) { first, _ in first }
  }

  // MARK: Ends

  /// An input or an output of the model: its name and what it is in the graph.
  private struct End {
    let name: String
    let reference: TensorReference
  }

  /// The model's inputs and outputs.
  private struct Ends {
    var inputs: [(end: End, type: ElementType?, shape: TFTensorShapeProto)] = []
    var outputs: [End] = []
  }

  /// Placeholders, and what no other node reads.
  private func frozenEnds() throws(DiagnosticFailure) -> Ends {
    var ends = Ends()
    var read: Set<String> = []
    for node in main.nodes {
      for input in node.input { read.insert(TensorReference(input).node) }
      if node.op == "Placeholder" || node.op == "PlaceholderWithDefault" {
        ends.inputs.append(
          (
            End(name: node.name, reference: TensorReference(node.name)),
            ElementType(node.attr["dtype"]?.type ?? .dtInvalid),
            node.attr["shape"]?.shape ?? TFTensorShapeProto()
          ))
      }
    }
    let idle: Set<String> = ["Const", "NoOp", "Placeholder", "PlaceholderWithDefault", "Assert"]
    let names =
      options.outputs.isEmpty
      ? main.nodes.filter { !read.contains($0.name) && !idle.contains($0.op) }.map { $0.name }
      : options.outputs
    ends.outputs = names.map { End(name: $0, reference: TensorReference($0)) }
    return ends
  }

  /// The inputs and outputs of a signature, in the order of their names.
  private func signatureEnds(_ meta: TFMetaGraphDef) throws(DiagnosticFailure) -> Ends {
    let usable = meta.signatureDef.filter { !$0.value.outputs.isEmpty && !$0.key.hasPrefix("__") }
    let names = usable.keys.sorted()
    let preferred = "serving_default"
    guard let name = names.contains(preferred) ? preferred : names.first,
      let signature = usable[name]
    else {
      throw log.failure(
        Diagnostic(
          .noInput, "the SavedModel has no signature", at: place,
          help: "save it with one: tf.saved_model.save(model, folder, signatures=function)"))
    }
    var ends = Ends()
    for (name, info) in signature.inputs.sorted(by: { $0.key < $1.key }) {
      ends.inputs.append(
        (
          End(name: name, reference: TensorReference(info.name)), ElementType(info.dtype),
          info.tensorShape
        ))
    }
    for (name, info) in signature.outputs.sorted(by: { $0.key < $1.key })
    where options.outputs.isEmpty || options.outputs.contains(name) {
      ends.outputs.append(End(name: name, reference: TensorReference(info.name)))
    }
    for name in options.outputs where signature.outputs[name] == nil {
      ends.outputs.append(End(name: name, reference: TensorReference(name)))
    }
    return ends
  }

  // MARK: Building

  private mutating func build(_ ends: Ends) throws(DiagnosticFailure) -> ImportedNet {
    addInputs(ends)
    for end in ends.outputs where main.place(of: end.reference.node) == nil {
      log.add(
        Diagnostic(
          .unknownOutput, "the graph has no node '\(end.reference.node)'", at: place
        ).suggesting(end.reference.node, from: main.nodes.map { $0.name }))
    }
    try log.throwIfErrors()
    let values = evaluate(main, [], ends.outputs.map { $0.reference }, depth: 0)
    for type in unsupportedTypes { log.add(unsupported(type)) }
    try log.throwIfErrors()
    for (end, value) in zip(ends.outputs, values) { try addOutput(end.name, value) }
    var graph = builder.graph
    graph.compact()
    return ImportedNet(graph: graph, preprocessing: nil, detector: nil)
  }

  /// One diagnostic for all nodes of a type.
  private func unsupported(_ type: String) -> Diagnostic {
    let places = unsupported[type] ?? []
    let listed = 5
    var others = places.dropFirst().prefix(listed).map { "also '\($0.node ?? "")'" }
    if places.count > listed + 1 {
      others.append("and at \(counted(places.count - listed - 1, "other place"))")
    }
    guard let refused = RefusedOperator(type) else {
      return Diagnostic(
        .unknownLayer, "the operator '\(type)' is not supported", at: places.first, notes: others)
    }
    return Diagnostic(
      .unknownLayer, "the operator '\(type)' \(refused.reason)", at: places.first, notes: others,
      help: refused.help)
  }

  private mutating func addInputs(_ ends: Ends) {
    let names = ends.inputs.map { $0.end.name }
    for name in options.inputShapes.keys.sorted() where !names.contains(name) {
      log.add(
        Diagnostic(
          .unknownInput, "the model has no input '\(name)'", at: place,
          notes: ["its inputs are " + names.joined(separator: ", ")]
        ).suggesting(name, from: names))
    }
    for (end, type, shape) in ends.inputs {
      let location = Location(op: "Placeholder", node: end.reference.node).completed(by: place)
      guard let type, type.byteCount != nil else {
        log.add(
          Diagnostic(
            .typeMismatch, "the input '\(end.name)' has a type without numbers", at: location))
        continue
      }
      guard let extents = extents(end.name, shape, location) else {
        inputs[end.reference.node] = .missing
        continue
      }
      inputs[end.reference.node] = .computed(
        builder.addInput(end.name, TensorType(type, extents)))
    }
  }

  /// The extents of an input: those that the user gives, else the model's with a batch of one.
  private func extents(_ name: String, _ shape: TFTensorShapeProto, _ location: Location) -> [Int]?
  {
    if let given = options.inputShapes[name] { return given }
    var extents = shape.unknownRank ? nil : shape.dim.map { Int($0.size) }
    if extents?.first == -1 {
      extents?[0] = options.batch ?? 1
      if options.batch == nil {
        log.add(
          Diagnostic(
            .batchBecameOne, "the batch of '\(name)' becomes 1; the model leaves it open",
            at: location, helps: [.init("choose another", arguments: ["--batch", "N"])]))
      }
    } else if let batch = options.batch, extents?.isEmpty == false {
      extents?[0] = batch
    }
    guard let extents, extents.allSatisfy({ $0 > 0 }), GraphBuilder.isTensor(extents) else {
      let known = extents.map { $0.map { $0 > 0 ? "\($0)" : "N" }.joined(separator: ",") }
      log.add(
        Diagnostic(
          .unknownDimension, "the shape of input '\(name)' is not known", at: location,
          notes: [known.map { "the model says [\($0)]" } ?? "the model does not even say its rank"],
          helps: [
            .init("give it", arguments: ["--input-shape", "\(name)=\(known ?? "1,EXTENT,…")"])
          ]))
      return nil
    }
    return extents
  }

  private mutating func addOutput(
    _ name: String, _ value: TensorFlowValue
  ) throws(DiagnosticFailure) {
    let id = try log.attempt(at: Location(node: name).completed(by: place)) {
      () throws(Diagnostic) in try builder.value(value)
    }
    let isTaken = builder.graph.inputs.contains(id) || builder.graph.outputs.contains(id)
    guard isTaken || builder.graph[id].constant != nil else {
      builder.graph[id].name = name
      builder.graph.outputs.append(id)
      return
    }
    throw log.failure(
      Diagnostic(
        .unsupportedParameter, "the output '\(name)' is an input, a constant or another output",
        at: place, help: "leave it out with --outputs"))
  }

  // MARK: Variables

  /// Reads the variables as the model itself would: what its restore operation assigns.
  private mutating func restore(
    _ meta: TFMetaGraphDef, _ prefix: String
  ) throws(DiagnosticFailure) {
    guard pathKind(prefix + ".index") == .file else { return }
    let bundle = try log.attempt { () throws(Diagnostic) in try TensorBundle(prefix) }
    let name = TensorReference(meta.saverDef.restoreOpName).node
    guard let place = main.place(of: name) else { return }
    let node = main.nodes[place]
    if let called = node.attr["f"]?.func.name, let body = functions[called] {
      let handles = node.input.map { TensorReference($0).node }
      try assign(in: body, bundle) { reference in
        body.argument(reference.node).flatMap { handles.indices.contains($0) ? handles[$0] : nil }
      }
    } else {
      try assign(in: main, bundle) { $0.node }
    }
  }

  /// Takes the tensors that the assignments of `body` read from the bundle.
  private mutating func assign(
    in body: TensorFlowBody, _ bundle: TensorBundle,
    handle: (TensorReference) -> String?
  ) throws(DiagnosticFailure) {
    for node in body.nodes where ["AssignVariableOp", "Assign"].contains(node.op) {
      guard node.input.count >= 2, let handle = handle(TensorReference(node.input[0])),
        let name = storedName(TensorReference(node.input[1]), in: body),
        let tensor = try log.attempt({ () throws(Diagnostic) in try bundle.tensor(name) })
      else { continue }
      variables[handle] = tensor
    }
  }

  /// The name under which a RestoreV2 reads what `reference` is, through what only hands it on.
  private func storedName(_ reference: TensorReference, in body: TensorFlowBody) -> String? {
    var reference = reference
    for _ in 0..<8 {
      guard let place = body.place(of: reference.node) else { return nil }
      let node = body.nodes[place]
      guard node.op == "RestoreV2" else {
        guard ["Identity", "Reshape"].contains(node.op), let first = node.input.first else {
          return nil
        }
        reference = TensorReference(first)
        continue
      }
      guard node.input.count > 1, let names = body.place(of: TensorReference(node.input[1]).node),
        let values = body.nodes[names].attr["value"]?.tensor.stringVal,
        values.indices.contains(reference.index)
      else { return nil }
      return String(decoding: values[reference.index], as: UTF8.self)
    }
    return nil
  }

  /// The value of a variable.
  private func stored(_ name: String) throws(Diagnostic) -> Tensor {
    guard let tensor = variables[name] else {
      throw Diagnostic(
        .missingWeights, "the variable '\(name)' has no stored value",
        help: "save the model again with its variables")
    }
    return tensor
  }

  // MARK: Evaluation

  /// The values of `wanted` in a body, whose nodes are looked at in the order of what they read.
  private mutating func evaluate(
    _ body: TensorFlowBody, _ arguments: [TensorFlowValue], _ wanted: [TensorReference],
    depth: Int
  ) -> [TensorFlowValue] {
    var results = [[TensorFlowValue]?](repeating: nil, count: body.nodes.count)
    var isOpen = [Bool](repeating: false, count: body.nodes.count)
    func value(_ reference: TensorReference) -> TensorFlowValue {
      if let place = body.argument(reference.node) {
        return arguments.indices.contains(place) ? arguments[place] : .missing
      }
      guard let place = body.place(of: reference.node), let values = results[place] else {
        return .missing
      }
      let index = reference.place(in: body.nodes[place].op)
      return values.indices.contains(index) ? values[index] : .missing
    }
    for reference in wanted {
      guard let root = body.place(of: reference.node) else { continue }
      var stack = [root]
      while let place = stack.last {
        if results[place] != nil {
          stack.removeLast()
          continue
        }
        let references = body.inputs[place]
        if !isOpen[place] {
          isOpen[place] = true
          // What comes back to itself stays open, and its readers find it missing.
          for reference in references.reversed() {
            guard let next = body.place(of: reference.node), results[next] == nil else { continue }
            if isOpen[next] { continue }
            stack.append(next)
          }
          continue
        }
        results[place] = apply(body.nodes[place], references.map(value), in: body, depth: depth)
        stack.removeLast()
      }
    }
    return wanted.map(value)
  }

  /// The values of a node's outputs; what is wrong with it is logged.
  private mutating func apply(
    _ node: TFNodeDef, _ values: [TensorFlowValue], in body: TensorFlowBody, depth: Int
  ) -> [TensorFlowValue] {
    let scope = node.name.split(separator: "/").dropLast().joined(separator: "/")
    let location = Location(
      op: node.op, node: node.name, scope: scope.isEmpty ? nil : scope, function: body.function
    ).completed(by: place)
    do throws(Diagnostic) {
      visits += 1
      guard visits <= Self.mostVisits else {
        if visits > Self.mostVisits + 1 { return [] }
        throw Diagnostic(
          .unsupportedParameter,
          "the graph has more than \(Self.mostVisits) nodes once its loops are unrolled")
      }
      var values = values
      if node.op.hasPrefix("ResourceGather"), case .variable(let name)? = values.first {
        values[0] = .constant(try stored(name))
      }
      let foreign = TensorFlowNode(node, inputs: values, location: location)
      builder.begin(node.name, location)
      switch node.op {
      case "Const":
        let (tensor, repeated) = try foreign.tensor("value")
        repeatedBytes += repeated
        guard repeatedBytes <= Self.mostRepeatedBytes else {
          throw Diagnostic(
            .tensorTooLarge, "the graph's constants repeat their numbers to more than 1 GiB")
        }
        return [.constant(tensor)]
      case "Placeholder", "PlaceholderWithDefault":
        if let input = inputs[node.name], body.function == nil { return [input] }
        throw Diagnostic(
          .unknownInput, "'\(node.name)' is no input of the signature, and an output needs it")
      case "VarHandleOp", "VariableV2", "Variable": return [.variable(node.name)]
      case "ReadVariableOp", "Identity", "StopGradient", "PreventGradient", "Snapshot":
        guard let first = values.first else { break }
        guard case .variable(let name) = first, node.op != "StopGradient" else { return [first] }
        return [.constant(try stored(name))]
      case "PartitionedCall", "StatefulPartitionedCall":
        return try call(try foreign.function("f"), values, depth)
      case "While", "StatelessWhile": return try unroll(foreign, depth)
      case "If", "StatelessIf": return try branch(foreign, depth)
      default: break
      }
      if let results = try foreign.shapeResults(builder) { return results }
      if let results = try KnownNumbers.results(of: foreign) {
        return results.map { .constant($0) }
      }
      if let results = try foreign.listResults(&builder) { return results }
      guard let mapping = OpMapping.tensorFlow[node.op] else {
        if unsupported[node.op] == nil { unsupportedTypes.append(node.op) }
        unsupported[node.op, default: []].append(location)
        return []
      }
      for case .missing in values { return [] }
      return try mapping.build(foreign, &builder)
    } catch {
      log.add(error.located(location))
      return []
    }
  }

  // MARK: Control flow

  private mutating func call(
    _ name: String, _ arguments: [TensorFlowValue], _ depth: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    guard let called = functions[name] else {
      throw Diagnostic(.invalidGraph, "there is no function '\(name)'")
    }
    guard depth < Self.deepest else {
      throw Diagnostic(.invalidGraph, "functions call each other without end")
    }
    return evaluate(called, arguments, called.results, depth: depth + 1)
  }

  /// The body of a loop once for each turn, as long as its condition is known.
  private mutating func unroll(
    _ node: TensorFlowNode, _ depth: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let (condition, body) = (try node.function("cond"), try node.function("body"))
    var variables = node.inputs
    for _ in 0...Self.mostTurns {
      for case .missing in variables { return [] }
      let test = try call(condition, variables, depth)
      guard case .constant(let tensor)? = test.first, let known = KnownNumbers(tensor) else {
        if case .missing? = test.first { return [] }
        throw Diagnostic(
          .unsupportedParameter,
          "how often the loop runs depends on what the model computes, so it cannot be unrolled")
      }
      if known.values.first == 0 { return variables }
      variables = try call(body, variables, depth)
      guard variables.count == node.inputs.count else { return [] }
    }
    throw Diagnostic(
      .unsupportedParameter, "the loop runs more than \(Self.mostTurns) times",
      notes: ["it would be unrolled to as many copies of its body"])
  }

  /// Turns of a loop that is unrolled.
  private static let mostTurns = 4096

  /// The branch that a condition chooses, which must be known.
  private mutating func branch(
    _ node: TensorFlowNode, _ depth: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let known = KnownNumbers(try node.constant(0, "condition"))
    guard let chosen = known?.values.first else {
      throw Diagnostic(.unsupportedParameter, "the condition of the branch is no number")
    }
    return try call(
      try node.function(chosen != 0 ? "then_branch" : "else_branch"),
      Array(node.inputs.dropFirst()), depth)
  }
}
