package import OctetIR
package import OctetOps

/// A graph with its edges looked up once, as passes read it.
package struct GraphView {
  package let graph: Graph
  private let producers: [Int?]
  private let readerCounts: [Int]
  private let isOutputValue: [Bool]

  package init(_ graph: Graph) {
    self.graph = graph
    producers = graph.producers()
    readerCounts = graph.readerCounts()
    var isOutput = [Bool](repeating: false, count: graph.values.count)
    for output in graph.outputs { isOutput[output.index] = true }
    isOutputValue = isOutput
  }

  /// True when a tensor of the node has codes, whose scales are part of its meaning, or numbers of half precision that
  /// the node does not merely widen.
  package func isQuantized(_ node: Node) -> Bool {
    (node.inputs.compactMap { $0 } + node.outputs).contains {
      graph[$0].type.isQuantized
        || graph[$0].type.element == .float16 && !(node.op is Dequantize)
    }
  }

  /// Whether `source` can take the place of `old` and its name, where that is an output of the graph: it
  /// must not be an input or an output itself, which has a name of its own.
  package func canReplace(_ old: ValueID, by source: ValueID) -> Bool {
    !isOutputValue[old.index] || !isOutputValue[source.index] && !graph.inputs.contains(source)
  }

  /// The node that makes a value; nil for inputs and constants.
  package func producer(of id: ValueID?) -> Node? { producerIndex(of: id).map { graph.nodes[$0] } }

  package func producerIndex(of id: ValueID?) -> Int? { id.flatMap { producers[$0.index] } }

  package func isOutput(_ id: ValueID) -> Bool { isOutputValue[id.index] }

  /// The node that makes a value that one node alone reads, when its operator is an `Operator`.
  package func solelyRead<Operator: BuiltinOp>(
    _ id: ValueID?, by type: Operator.Type
  ) -> (node: Node, op: Operator)? {
    guard let id, hasOneReader(id), let node = producer(of: id), let op = node.op as? Operator
    else { return nil }
    return (node, op)
  }

  /// True when exactly one node input reads the value and it is not an output of the graph.
  package func hasOneReader(_ id: ValueID) -> Bool {
    readerCounts[id.index] == 1 && !isOutputValue[id.index]
  }

  /// The contents of a float32 constant.
  package func floats(_ id: ValueID?) -> [Float]? {
    guard let id, let storage = graph[id].constant, graph[id].type.element == .float32 else {
      return nil
    }
    return storage.array(of: Float.self)
  }

  /// The contents of an int32 constant.
  package func ints(_ id: ValueID?) -> [Int]? {
    guard let id, let storage = graph[id].constant, graph[id].type.element == .int32 else {
      return nil
    }
    return storage.array(of: Int32.self).map { Int($0) }
  }

  /// The extents of a value, when all are known.
  package func extents(_ id: ValueID) -> [Int]? { graph[id].type.shape.extents }
}
