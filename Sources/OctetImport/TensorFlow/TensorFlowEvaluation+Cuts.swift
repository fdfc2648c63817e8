import OctetDiagnostics
import OctetIR

/// Parts of a graph: nodes that become inputs, and which part of a graph converts that does not convert whole.
extension TensorFlowEvaluation {
  /// Ways to convert a part of a graph that does not convert whole: the part before what cannot be made, or, when that
  /// reads the model's inputs themselves, the part after it.
  func proposedCuts() -> [Diagnostic.Help] {
    let names = problems.frontier.map { builder.graph[$0].name }
    if !names.isEmpty {
      return [
        .init("convert the part before it", arguments: ["--outputs"] + names)
      ]
    }
    var starts = starts()
    if starts.isEmpty, let start = problems.atTheStart { starts = [start] }
    guard !starts.isEmpty, options.inputs.isEmpty else { return [] }
    var arguments = ["--inputs"] + starts.map { $0.node }
    for (node, extents) in starts where options.inputShapes[node] == nil {
      let text = extents.map { $0.map { "\($0)" }.joined(separator: ",") } ?? "1,EXTENT,…"
      arguments += ["--input-shape", "\(node)=\(text)"]
    }
    return [.init("convert the part after it", arguments: arguments)]
  }

  /// The evaluation of the part that makes the outputs that the user names, when its start is plain and its own extents
  /// are known or given.
  func part() -> TensorFlowEvaluation? {
    guard !options.outputs.isEmpty, options.inputs.isEmpty else { return nil }
    let starts = starts()
    guard !starts.isEmpty else { return nil }
    var options = options
    options.inputs = starts.map { $0.node }
    for (node, extents) in starts where options.inputShapes[node] == nil {
      guard let extents else { return nil }
      options.inputShapes[node] = extents
    }
    return TensorFlowEvaluation(source, options, DiagnosticLog())
  }

  /// Operators whose result is a good start when its size is what cannot be made.
  private static let resizing: Set<String> = [
    "ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea", "CropAndResize",
  ]

  /// The last nodes on the way to the main graph's outputs that cannot be made, with the extents of those whose extents
  /// are known: what is after them can be.
  private func starts() -> [(node: String, extents: [Int]?)] {
    guard let main else { return [] }
    let body = source.main
    func isMissing(_ reference: TensorReference) -> Bool {
      if case .missing = main.value(reference) { return true }
      return false
    }
    var result: [(String, [Int]?)] = []
    var seen: Set<Int> = []
    var stack = outputs().compactMap { $0.reference.flatMap { body.place(of: $0.node) } }
    while let place = stack.popLast() {
      guard seen.insert(place).inserted, main.results[place]?.isEmpty != false else { continue }
      let node = body.nodes[place]
      let missing = body.inputs[place].indices.filter { isMissing(body.inputs[place][$0]) }
      let isStart =
        problems.nodes.contains(node.name)
        || Self.resizing.contains(node.op) && missing.contains { $0 > 0 }
      guard isStart else {
        stack += missing.compactMap { body.place(of: body.inputs[place][$0].node) }
        continue
      }
      result.append((node.name, knownExtents(of: node)))
    }
    return result.count > 4 ? [] : result
  }

  /// What a node says of its own result, with a batch of one.
  private func knownExtents(of node: TFNodeDef) -> [Int]? {
    if let given = options.inputShapes[node.name] { return given }
    let shape = node.attr["_output_shapes"]?.list.shape.first
    if var extents = shape.flatMap({ $0.unknownRank ? nil : $0.dim.map { Int($0.size) } }) {
      if extents.first == -1 { extents[0] = options.batch ?? 1 }
      if extents.allSatisfy({ $0 > 0 }) { return extents }
    }
    guard node.op == "CropAndResize", let main, node.input.count == 4,
      case .constant(let size) = main.value(TensorReference(node.input[3])),
      let sides = KnownNumbers(size)?.integers, sides.count == 2
    else { return nil }
    let channels: Int
    if case .computed(let id) = main.value(TensorReference(node.input[0])),
      let last = builder.graph[id].type.shape.extents?.last
    {
      channels = last
    } else {
      channels = 3
    }
    return [options.batch ?? 1, sides[0], sides[1], channels]
  }

  /// Whether a node becomes an input whose shape the user gives: what it reads is of no interest.
  func isGivenCut(_ node: TFNodeDef) -> Bool {
    cuts[node.name] != nil && options.inputShapes[node.name] != nil
  }

  /// The input that a node becomes; nil, with a diagnostic, when its shape is not known.
  func cut(_ node: TFNodeDef, _ value: TensorFlowValue?, _ location: Location) -> TensorFlowValue? {
    if case .computed? = cuts[node.name] { return cuts[node.name] }
    var type: TensorType?
    switch value {
    case .computed(let id): type = builder.graph[id].type
    case .constant(let tensor): type = tensor.type
    default: type = knownExtents(of: node).map { TensorType(.float32, $0) }
    }
    if let given = options.inputShapes[node.name] {
      type = TensorType(type?.element ?? .float32, given)
    }
    guard let type, let extents = type.shape.extents, GraphBuilder.isTensor(extents) else {
      log.add(
        Diagnostic(
          .unknownDimension, "the shape of '\(node.name)' is not known, and it is to be an input",
          at: location,
          helps: [.init("give it", arguments: ["--input-shape", "\(node.name)=1,EXTENT,…"])]))
      return nil
    }
    let input = TensorFlowValue.computed(builder.addInput(node.name, type))
    cuts[node.name] = input
    return input
  }

  /// Takes out the model's own inputs that nothing reads since others were cut.
  func dropUnusedInputs(_ graph: inout Graph) {
    guard !options.inputs.isEmpty || !options.outputs.isEmpty else { return }
    let read = Set(graph.nodes.flatMap { $0.inputs.compactMap { $0 } })
    graph.inputs.removeAll { !read.contains($0) && !graph.outputs.contains($0) }
    graph.compact()
  }
}
