package import OctetIR
package import OctetOps

/// The steps a graph is run in: its nodes in order, where a layer may take a border before it and an
/// elementwise operator after it into its own step.
package struct Schedule {
  /// One step.
  package struct Entry {
    /// The nodes it stands for, in order.
    package var nodes: [Int]
    /// The one that is prepared.
    package let main: Int
    package var inputs: [ValueID?]
    package var outputs: [ValueID]
    package var epilogue: Epilogue?
    package var border: Border
  }

  package private(set) var entries: [Entry] = []
  /// Whether nodes share steps, and tensors memory, so that some are never made by themselves.
  package private(set) var isJoining = false

  /// One step for each node.
  package init(_ graph: Graph) {
    for (index, node) in graph.nodes.enumerated() {
      entries.append(
        Entry(
          nodes: [index], main: index, inputs: node.inputs, outputs: node.outputs, epilogue: nil,
          border: .none))
    }
  }

  /// Steps for a graph all of whose sizes are known, with nodes joined where that changes no result. A
  /// tensor between joined nodes is never made, so only one that nothing else reads is left out.
  package init(joining graph: Graph) {
    self.init(graph)
    isJoining = true
    let (readers, makers) = uses(graph)
    /// The node that makes input 0 of `node` for it alone.
    func onlySource(of node: Node) -> Int? {
      guard let input = node.inputs.first.flatMap({ $0 }), readers[input.index] == 1 else {
        return nil
      }
      return makers[input.index]
    }

    /// For each node, the entry that it has become part of.
    var places = Array(graph.nodes.indices)
    for (index, node) in graph.nodes.enumerated() {
      guard let source = onlySource(of: node) else { continue }
      let place = places[source]
      switch OpCatalog.builtin(node.op)?.traits.fusion {
      case .elementwise(let epilogue):
        guard entries[place].epilogue == nil, Self.isLayer(graph.nodes[entries[place].main]),
          let epilogue = epilogue(
            graph[graph.nodes[source].outputs[0]].type, graph[node.outputs[0]].type)
        else { continue }
        entries[place].epilogue = epilogue
        entries[place].outputs = node.outputs
        entries[place].nodes.append(index)
        places[index] = place
      case .layer(takesBorder: true):
        let pad = graph.nodes[source]
        guard case .border? = OpCatalog.builtin(pad.op)?.traits.fusion,
          let border = Self.border(pad, graph)
        else { continue }
        entries[index].border = border
        entries[index].inputs[0] = pad.inputs[0]
        entries[index].nodes.insert(source, at: 0)
        places[source] = index
      default: continue
      }
    }
    entries = entries.indices.filter { places[$0] == $0 }.map { entries[$0] }
  }

  /// Adds a step for nodes that plan their own memory.
  mutating func append(_ nodes: [Int]) {
    guard let main = nodes.last else { return }
    entries.append(
      Entry(nodes: nodes, main: main, inputs: [], outputs: [], epilogue: nil, border: .none))
  }

  /// How often each value is read, as an output too, and the entry that makes it.
  func uses(_ graph: Graph) -> (readers: [Int], makers: [Int?]) {
    var readers = [Int](repeating: 0, count: graph.values.count)
    var makers = [Int?](repeating: nil, count: graph.values.count)
    for (index, entry) in entries.enumerated() {
      for case let input? in entry.inputs { readers[input.index] += 1 }
      for output in entry.outputs { makers[output.index] = index }
    }
    for output in graph.outputs { readers[output.index] += 1 }
    return (readers, makers)
  }

  private static func isLayer(_ node: Node) -> Bool {
    if case .layer? = OpCatalog.builtin(node.op)?.traits.fusion { return true }
    return false
  }

  /// The zeros that `pad` puts around height and width; nil if it pads other dimensions too.
  private static func border(_ pad: Node, _ graph: Graph) -> Border? {
    guard pad.inputs.count > 1, let counts = pad.inputs[1].flatMap({ graph[$0].constant }) else {
      return nil
    }
    let numbers = counts.array(of: Int32.self).map { Int($0) }
    guard numbers.count == 8, numbers[0...1].allSatisfy({ $0 == 0 }),
      numbers[6...7].allSatisfy({ $0 == 0 })
    else { return nil }
    return Border(top: numbers[2], bottom: numbers[3], left: numbers[4], right: numbers[5])
  }
}
