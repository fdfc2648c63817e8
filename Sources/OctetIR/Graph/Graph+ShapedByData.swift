package import OctetDiagnostics

extension Graph {
  /// For each node, whether data decide the shape of a result: inference cannot tell it before the graph runs, or
  /// the node reads what such a node makes. None does in a model's graph that leaves extents of its inputs open, which
  /// are to be given first; those of a subgraph are given as it runs.
  ///
  /// A node with subgraphs counts as one that touches variables, and those are run in their order.
  package func nodesShapedByData(inSubgraph: Bool = false) -> [Bool] {
    var result = [Bool](repeating: false, count: nodes.count)
    if !inSubgraph, inputs.contains(where: { self[$0].type.shape.extents == nil }) { return result }
    var isOpen = [Bool](repeating: false, count: values.count)
    var isOrdered = false
    for (index, node) in nodes.enumerated() {
      if node.op is Foreign { continue }
      let readsOpen = node.inputs.contains { $0.map { isOpen[$0.index] } ?? false }
      guard readsOpen || isOrdered && touchesVariables(node) || isShapedByData(node) else {
        continue
      }
      result[index] = true
      isOrdered = isOrdered || touchesVariables(node)
      for output in node.outputs { isOpen[output.index] = true }
    }
    return result
  }

  /// Gives the graph's inputs their shapes, and the results of nodes those that follow.
  package mutating func takeShapes(of types: [TensorType]) {
    for (input, type) in zip(inputs, types) { self[input].type.shape = type.shape }
    for node in nodes where node.outputs.contains(where: { self[$0].type.shape.extents == nil }) {
      guard let types = try? inferTypes(node.op, inputs: node.inputs) else { continue }
      for (output, type) in zip(node.outputs, types) { self[output].type.shape = type.shape }
    }
  }

  /// Whether a node reads or assigns variables, or runs a subgraph, which may.
  package func touchesVariables(_ node: Node) -> Bool {
    !node.subgraphs.isEmpty
      || (node.inputs.compactMap { $0 } + node.outputs).contains {
        self[$0].type.element == .resource
      }
  }

  private func isShapedByData(_ node: Node) -> Bool {
    do throws(Diagnostic) {
      return try inferTypes(node.op, inputs: node.inputs).contains { $0.shape.extents == nil }
    } catch {
      return error.code == .unknownDimension
    }
  }
}

extension Diagnostic {
  /// `OCT0710`, for who must know all shapes before a graph runs.
  package static func shapedByData(_ graph: Graph, _ node: Node) -> Diagnostic {
    var names: [String] = []
    for case let input? in node.inputs
    where graph[input].constant == nil && !graph.inputs.contains(input)
      && !names.contains(graph[input].name)
    {
      names.append(graph[input].name)
    }
    var problem = Diagnostic(
      .shapedByData,
      "data decide the shape of '\(node.outputs.first.map { graph[$0].name } ?? node.op.name)'",
      notes: ["'run' prepares what follows anew for each shape; here all must be known before"])
    if !names.isEmpty {
      problem.helps = [
        .init("cut the model before it", arguments: names.flatMap { ["--outputs", $0] })
      ]
    }
    return problem
  }
}
