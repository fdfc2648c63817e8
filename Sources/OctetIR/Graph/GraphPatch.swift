package import OctetDiagnostics

/// One rewrite of a graph: new nodes, values that take the place of others, all in one step.
///
/// A patch is built against a graph and applied to the same graph. Nodes that are no longer needed
/// go away by themselves. New nodes inherit the provenance of `replacing`.
package struct GraphPatch {
  /// What the patch does, for the record: `conv1 + bn1`.
  package let summary: String
  private let graph: Graph
  private var values: [Value] = []
  private var nodes: [Node] = []
  private var replacements: [(old: ValueID, new: ValueID)] = []
  private let provenance: [Location]
  /// The places of distributions that hold no longer.
  private var outdated: [Location] = []
  /// What the user is told once the patch is applied.
  package var remark: Diagnostic?

  /// - Parameter replacing: the nodes whose work the new nodes do.
  package init(_ graph: Graph, _ summary: String, replacing: [Node]) {
    self.graph = graph
    self.summary = summary
    var provenance: [Location] = []
    for node in replacing {
      for place in node.provenance where !provenance.contains(place) { provenance.append(place) }
    }
    self.provenance = provenance
  }

  package mutating func add(_ value: Value) -> ValueID {
    values.append(value)
    return ValueID(graph.values.count + values.count - 1)
  }

  package mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
    add(Value(name: name, type: tensor.type, constant: tensor.storage))
  }

  /// The value with this id, old or new.
  package subscript(id: ValueID) -> Value {
    id.index < graph.values.count ? graph[id] : values[id.index - graph.values.count]
  }

  /// Adds a node with one output of inferred type and returns that output.
  package mutating func add(
    _ op: any Op, inputs: [ValueID?], name: String
  ) throws(Diagnostic) -> ValueID {
    try add(op, inputs: inputs, names: [name], provenance: provenance)[0]
  }

  /// Adds a node that comes from other places, with outputs of inferred types, one for each name.
  package mutating func add(
    _ op: any Op, inputs: [ValueID?], names: [String], provenance: [Location]
  ) throws(Diagnostic) -> [ValueID] {
    let operands = Operands(
      types: inputs.map { $0.map { self[$0].type } },
      constants: inputs.map { $0.flatMap { self[$0].constant } }, subgraphs: graph.subgraphs)
    let types = try op.infer(operands)
    precondition(types.count == names.count, "one name for each output")
    let outputs = zip(types, names).map { add(Value(name: $1, type: $0)) }
    nodes.append(Node(op, inputs: inputs, outputs: outputs, provenance: provenance))
    return outputs
  }

  /// Every reader of `old`, and the graph's outputs, read `new` instead. What takes the place of an output
  /// takes its name.
  package mutating func replace(_ old: ValueID, with new: ValueID) {
    replacements.append((old, new))
  }

  /// Says that `later`, which works on what `node` makes, becomes part of it: what batch normalizations tell of that result
  /// holds no longer, unless `later` is a part of the normalization itself.
  package mutating func join(_ later: Node, to node: Node) {
    outdated += node.provenance.filter { !later.provenance.contains($0) }
  }

  /// The graph with the patch applied, compact, its nodes in topological order.
  ///
  /// - Returns: also the places of the nodes that are new or read something new.
  package func applied() -> (graph: Graph, touched: [Int]) {
    var result = graph
    for value in values { _ = result.add(value) }
    result.distributions.removeAll { outdated.contains($0.place) }
    var target = [Int](result.values.indices)
    for replacement in replacements {
      target[replacement.old.index] = replacement.new.index
      if graph.outputs.contains(replacement.old) {
        result[replacement.new].name = graph[replacement.old].name
      }
    }
    var isTouched = [Bool](repeating: false, count: result.nodes.count)
    for index in result.nodes.indices {
      for (place, input) in result.nodes[index].inputs.enumerated() {
        guard let input, target[input.index] != input.index else { continue }
        result.nodes[index].inputs[place] = ValueID(target[input.index])
        isTouched[index] = true
      }
    }
    // New nodes may read a value they replace: only the old nodes' inputs are redirected.
    result.nodes.append(contentsOf: nodes)
    isTouched += [Bool](repeating: true, count: nodes.count)
    result.outputs = result.outputs.map { ValueID(target[$0.index]) }
    let order = result.sortTopologically().map { isTouched[$0] }
    let kept = result.compact()
    return (result, zip(0..., kept).filter { order[$0.1] }.map { $0.0 })
  }
}

extension Graph {
  /// Orders nodes so that each comes after the producers of its inputs, keeping the present order
  /// where it allows that. Nodes on a cycle keep their place at the end; the verifier reports them.
  ///
  /// - Returns: for each node, its place before.
  mutating func sortTopologically() -> [Int] {
    var producer = [Int](repeating: -1, count: values.count)
    for (index, node) in nodes.enumerated() {
      for output in node.outputs { producer[output.index] = index }
    }
    var state = [UInt8](repeating: 0, count: nodes.count)
    var order: [Int] = []
    for root in nodes.indices where state[root] == 0 {
      var stack: [(node: Int, next: Int)] = [(root, 0)]
      state[root] = 1
      while let top = stack.last {
        let inputs = nodes[top.node].inputs
        if top.next < inputs.count {
          stack[stack.count - 1].next += 1
          if let input = inputs[top.next] {
            let dependency = producer[input.index]
            if dependency >= 0, state[dependency] == 0 {
              state[dependency] = 1
              stack.append((dependency, 0))
            }
          }
        } else {
          state[top.node] = 2
          order.append(top.node)
          stack.removeLast()
        }
      }
    }
    nodes = order.map { nodes[$0] }
    return order
  }
}
