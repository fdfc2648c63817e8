import OctetIR
import OctetOps

/// The int8 parameters that quantization-aware training has found for a graph's tensors.
struct TrainedRanges {
  /// Of tensors that training rounds, and of those that operators hand on to one with the same codes.
  private(set) var known: [ValueID: Quantization] = [:]
  /// Of tensors that are joined with others in one of these: good where nothing else is known.
  private(set) var joined: [ValueID: Quantization] = [:]
  /// How many tensors are rounded to other than 8 bits.
  private(set) var otherBits = 0

  init(_ graph: Graph) {
    let producers = graph.producers()
    /// The value that decides the codes of `id`; nil for a constant and where an operator decides them.
    func root(_ id: ValueID) -> ValueID? {
      guard graph[id].constant == nil, graph[id].type.element == .float32 else { return nil }
      guard let producer = producers[id.index] else { return id }
      let node = graph.nodes[producer]
      switch node.int8Rule?.output {
      case .calibrated, .unified: return id
      case .likeInput: return node.int8Data.flatMap(root)
      case .fixed, .trained, nil: return nil
      }
    }
    var rounded: [(input: ValueID, range: Quantization)] = []
    for node in graph.nodes {
      guard case .trained(let range, let bits) = node.int8Rule?.output, let input = node.inputs[0]
      else { continue }
      known[node.outputs[0]] = range
      rounded.append((input, range))
      if bits != 8 { otherBits += 1 }
    }
    // What is rounded itself comes before what is handed on, then the order of the graph counts.
    for (input, range) in rounded where root(input) == input && known[input] == nil {
      known[input] = range
    }
    for (input, range) in rounded {
      if let source = root(input), known[source] == nil { known[source] = range }
    }
    for node in graph.nodes.reversed() where node.int8Rule?.output == .unified {
      guard let range = known[node.outputs[0]] ?? joined[node.outputs[0]] else { continue }
      for case let input? in node.inputs {
        if let source = root(input), joined[source] == nil { joined[source] = range }
      }
    }
  }
}

extension Graph {
  /// Whether quantization-aware training has left ranges of tensors in the graph.
  package var isTrainedForInt8: Bool {
    nodes.contains { $0.isTrainedRounding }
  }
}

extension Graph {
  /// The nodes that a float graph and its quantized form have both, in the same order: all but those that round or change
  /// a type.
  var computingNodes: [Node] {
    nodes.filter { !($0.isTrainedRounding || $0.op is Quantize || $0.op is Dequantize) }
  }
}

extension Node {
  /// Whether it only says what training has rounded.
  var isTrainedRounding: Bool {
    if case .trained = int8Rule?.output { true } else { false }
  }
}
