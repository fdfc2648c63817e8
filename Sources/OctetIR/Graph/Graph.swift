package import OctetDiagnostics

/// Names a value of one graph.
package struct ValueID: Sendable, Hashable {
  package let index: Int
  package init(_ index: Int) { self.index = index }
}

/// A tensor that flows through a graph: an input, a node's output, or a constant.
package struct Value: Sendable {
  /// The source's name. Not unique while passes run; `makeNamesUnique` ends that.
  package var name: String
  package var type: TensorType
  /// The contents of a constant.
  package var constant: Storage?

  package init(name: String, type: TensorType, constant: Storage? = nil) {
    self.name = name
    self.type = type
    self.constant = constant
  }

  /// `name: f32[1,28,28,1]`, as diagnostics show it.
  package var text: String { "\(name): \(type.text)" }
}

/// An operator applied to values.
package struct Node: Sendable {
  package var op: any Op
  /// Nil stands for an optional input that is left out.
  package var inputs: [ValueID?]
  package var outputs: [ValueID]
  /// Where the node comes from. A fused node keeps the places of all the nodes it replaced, the
  /// one that gave the result its name last.
  package var provenance: [Location]

  package init(
    _ op: any Op, inputs: [ValueID?], outputs: [ValueID], provenance: [Location] = []
  ) {
    self.op = op
    self.inputs = inputs
    self.outputs = outputs
    self.provenance = provenance
  }

  /// The names of the subgraphs that its operator runs.
  package var subgraphs: [String] {
    var names: [String] = []
    for attribute in op.attributes {
      if case .graph(let name) = attribute.value { names.append(name) }
    }
    return names
  }
}

/// A computation: nodes in topological order over numbered values. A value type; copies are cheap
/// until changed.
package struct Graph: Sendable {
  package var name: String
  package var inputs: [ValueID] = []
  package var outputs: [ValueID] = []
  package private(set) var values: [Value] = []
  package var nodes: [Node] = []
  /// Bodies of control flow, named uniquely within this graph.
  package var subgraphs: [Graph] = []
  /// What the batch normalizations of the source make, by their places in it.
  package var distributions: [(place: Location, ChannelDistribution)] = []

  package init(name: String) {
    self.name = name
  }

  /// Its subgraphs, each before those within it.
  package var allSubgraphs: [Graph] { subgraphs.flatMap { [$0] + $0.allSubgraphs } }

  package subscript(id: ValueID) -> Value {
    get { values[id.index] }
    set { values[id.index] = newValue }
  }

  package mutating func add(_ value: Value) -> ValueID {
    values.append(value)
    return ValueID(values.count - 1)
  }

  package mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
    add(Value(name: name, type: tensor.type, constant: tensor.storage))
  }

  /// Appends a node whose outputs are new values with inferred types.
  package mutating func append(
    _ op: any Op, inputs: [ValueID?], names: [String], provenance: [Location] = []
  ) throws(Diagnostic) -> [ValueID] {
    let types = try inferTypes(op, inputs: inputs)
    precondition(types.count == names.count, "one name for each output")
    var outputs: [ValueID] = []
    for (type, name) in zip(types, names) { outputs.append(add(Value(name: name, type: type))) }
    nodes.append(Node(op, inputs: inputs, outputs: outputs, provenance: provenance))
    return outputs
  }

  package func operands(of inputs: [ValueID?]) -> Operands {
    var types: [TensorType?] = []
    var constants: [Storage?] = []
    for input in inputs {
      types.append(input.map { self[$0].type })
      constants.append(input.flatMap { self[$0].constant })
    }
    return Operands(types: types, constants: constants, subgraphs: subgraphs)
  }

  package func inferTypes(_ op: any Op, inputs: [ValueID?]) throws(Diagnostic) -> [TensorType] {
    try op.infer(operands(of: inputs))
  }

  /// For each value, the index of the node that makes it; nil for inputs and constants.
  package func producers() -> [Int?] {
    var result = [Int?](repeating: nil, count: values.count)
    for (index, node) in nodes.enumerated() {
      for output in node.outputs { result[output.index] = index }
    }
    return result
  }

  /// For each value, how many inputs of nodes read it.
  package func readerCounts() -> [Int] {
    var result = [Int](repeating: 0, count: values.count)
    for node in nodes { for case let input? in node.inputs { result[input.index] += 1 } }
    return result
  }

  /// For each value, the indices of the nodes that read it, ascending; a node that reads it twice
  /// is listed twice.
  package func consumers() -> [[Int]] {
    var result = [[Int]](repeating: [], count: values.count)
    for (index, node) in nodes.enumerated() {
      for input in node.inputs { if let input { result[input.index].append(index) } }
    }
    return result
  }

  /// Drops nodes whose results nobody needs, values nobody mentions and subgraphs that no node runs, and renumbers the
  /// rest.
  ///
  /// - Returns: for each node that stays, its place before.
  @discardableResult
  package mutating func compact() -> [Int] {
    var needed = [Bool](repeating: false, count: values.count)
    for output in outputs { needed[output.index] = true }
    for input in inputs { needed[input.index] = true }
    var kept: [Int] = []
    for (place, node) in nodes.enumerated().reversed() {
      // One without results does something else.
      var isNeeded = node.outputs.isEmpty
      for output in node.outputs where needed[output.index] { isNeeded = true }
      guard isNeeded else { continue }
      for input in node.inputs { if let input { needed[input.index] = true } }
      for output in node.outputs { needed[output.index] = true }
      kept.append(place)
    }
    var newIndex = [Int](repeating: -1, count: values.count)
    var keptValues: [Value] = []
    for (index, value) in values.enumerated() where needed[index] {
      newIndex[index] = keptValues.count
      keptValues.append(value)
    }
    func renumbered(_ id: ValueID) -> ValueID { ValueID(newIndex[id.index]) }
    values = keptValues
    kept.reverse()
    nodes = kept.map { place in
      var node = nodes[place]
      node.inputs = node.inputs.map { $0.map(renumbered) }
      node.outputs = node.outputs.map(renumbered)
      return node
    }
    inputs = inputs.map(renumbered)
    outputs = outputs.map(renumbered)
    if !subgraphs.isEmpty {
      let run = Set(nodes.flatMap { $0.subgraphs })
      subgraphs.removeAll { !run.contains($0.name) }
    }
    return kept
  }
}
