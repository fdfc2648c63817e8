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

  /// The places of the nodes that compute `outputs` from `inputs` and whatever else they need, ascending. Those without
  /// results belong to them where they touch the same variables.
  package func places(from inputs: [ValueID], to outputs: [ValueID]) -> [Int] {
    let producers = producers()
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    var isGiven = [Bool](repeating: false, count: values.count)
    for input in inputs { isGiven[input.index] = true }
    var touched = Variables()
    var pending = outputs
    func add(_ place: Int) {
      isNeeded[place] = true
      for case let input? in nodes[place].inputs { pending.append(input) }
      // What assigns or initialises variables asks for no others.
      if !nodes[place].outputs.isEmpty {
        touched.formUnion(variables(of: nodes[place], producers))
      }
    }
    func follow() {
      while let id = pending.popLast() {
        guard !isGiven[id.index], let place = producers[id.index], !isNeeded[place] else {
          continue
        }
        add(place)
      }
    }
    follow()
    while let place = nodes.indices.first(where: { place in
      nodes[place].outputs.isEmpty && !isNeeded[place]
        && variables(of: nodes[place], producers).overlap(touched)
    }) {
      add(place)
      follow()
    }
    return nodes.indices.filter { isNeeded[$0] }
  }

  /// For each node, whether it computes the same in each run: of constants alone, or a variable's handle.
  package func isFixed() -> [Bool] {
    var isFixed = values.map { $0.constant != nil }
    return nodes.map { node in
      let result =
        !node.outputs.isEmpty && node.subgraphs.isEmpty
        && node.inputs.allSatisfy {
          $0.map { isFixed[$0.index] && self[$0].type.element != .resource } ?? true
        }
      for output in node.outputs { isFixed[output.index] = result }
      return result
    }
  }

  /// Some of a model's variables.
  private struct Variables {
    var names: Set<String> = []
    /// Where a subgraph may touch any.
    var areAll = false

    mutating func formUnion(_ other: Variables) {
      names.formUnion(other.names)
      areAll = areAll || other.areAll
    }

    func overlap(_ other: Variables) -> Bool {
      areAll && (other.areAll || !other.names.isEmpty)
        || !names.isEmpty && (other.areAll || !names.isDisjoint(with: other.names))
    }
  }

  /// The variables whose handles a node makes or takes.
  private func variables(of node: Node, _ producers: [Int?]) -> Variables {
    var result = Variables()
    result.areAll = !node.subgraphs.isEmpty
    for id in node.inputs.compactMap({ $0 }) + node.outputs
    where self[id].type.element == .resource {
      guard let maker = producers[id.index] else {
        result.areAll = true
        continue
      }
      var name = ""
      for attribute in nodes[maker].op.attributes {
        if case .string(let text) = attribute.value { name += text + "\n" }
      }
      result.names.insert(name)
    }
    return result
  }
}
