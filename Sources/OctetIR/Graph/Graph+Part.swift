extension Graph {
  /// Some nodes as a graph of their own, with the values that they mention and all subgraphs.
  ///
  /// - Parameters:
  ///   - nodes: in topological order.
  ///   - inputs: what the part is given, in this order, even where one of the nodes makes it too. Whatever else the nodes
  ///     read and do not make follows.
  ///   - outputs: values that the nodes make.
  /// - Returns: also what each of the part's inputs is in this graph.
  package func part(
    _ nodes: [Node], inputs: [ValueID] = [], outputs: [ValueID]
  ) -> (graph: Graph, sources: [ValueID]) {
    var result = Graph(name: name)
    result.subgraphs = subgraphs
    var copies: [ValueID: ValueID] = [:]
    var sources: [ValueID] = []
    func copy(_ id: ValueID, isMade: Bool) -> ValueID {
      if let present = copies[id] { return present }
      let new = result.add(self[id])
      copies[id] = new
      if !isMade, self[id].constant == nil {
        result.inputs.append(new)
        sources.append(id)
      }
      return new
    }
    for input in inputs { _ = copy(input, isMade: false) }
    let given = Set(inputs)
    for node in nodes {
      var node = node
      node.inputs = node.inputs.map { $0.map { copy($0, isMade: false) } }
      node.outputs = node.outputs.map {
        given.contains($0) ? result.add(self[$0]) : copy($0, isMade: true)
      }
      result.nodes.append(node)
    }
    result.outputs = outputs.compactMap { copies[$0] }
    return (result, sources)
  }

  /// The places of the nodes that compute `outputs` from `inputs` and whatever else they need, ascending. Where one
  /// touches variables, those without results belong to them, too.
  package func places(from inputs: [ValueID], to outputs: [ValueID]) -> [Int] {
    let producers = producers()
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    var isGiven = [Bool](repeating: false, count: values.count)
    for input in inputs { isGiven[input.index] = true }
    var pending = outputs
    func follow() {
      while let id = pending.popLast() {
        guard !isGiven[id.index], let place = producers[id.index], !isNeeded[place] else {
          continue
        }
        isNeeded[place] = true
        for case let input? in nodes[place].inputs { pending.append(input) }
      }
    }
    follow()
    if nodes.indices.contains(where: { isNeeded[$0] && touchesVariables(nodes[$0]) }) {
      for (place, node) in nodes.enumerated() where node.outputs.isEmpty {
        isNeeded[place] = true
        for case let input? in node.inputs { pending.append(input) }
      }
      follow()
    }
    return nodes.indices.filter { isNeeded[$0] }
  }
}
