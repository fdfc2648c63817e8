import OctetIR
import OctetOps

/// Values whose channels can be scaled together, each by a factor of its own, without changing what the graph computes:
/// layers make them, layers read them, and what lies between gives twice as much for twice the input.
struct ChannelGroup {
  /// A layer's weights, of which `axis` counts the group's channels.
  struct Weights {
    let node: Int
    let weights: ValueID
    let axis: Int
  }

  var values: [ValueID] = []
  /// Layers whose results they are; the bias goes with the weights.
  var makers: [Weights] = []
  var readers: [Weights] = []
  let channels: Int
}

extension Graph {
  /// The groups of a float graph, in the order of their first values. Channels are the last dimension.
  func channelGroups() -> [ChannelGroup] {
    var links = ChannelLinks(self)
    for index in nodes.indices { links.add(index) }
    return links.groups()
  }
}

/// Finds which values go together.
private struct ChannelLinks {
  private let graph: Graph
  private let consumers: [[Int]]
  /// By value: another one of its group, or itself.
  private var parents: [Int]
  private var isFixed: [Bool]
  private var makers: [(value: ValueID, layer: ChannelGroup.Weights)] = []
  private var readers: [(value: ValueID, layer: ChannelGroup.Weights)] = []

  init(_ graph: Graph) {
    self.graph = graph
    consumers = graph.consumers()
    parents = Array(graph.values.indices)
    isFixed = graph.values.map { $0.type.element != .float32 || $0.constant != nil }
    for id in graph.inputs + graph.outputs { isFixed[id.index] = true }
  }

  mutating func add(_ index: Int) {
    let node = graph.nodes[index]
    if let (position, axis) = node.int8Rule?.weights, let weights = node.inputs[position] {
      addLayer(index, weights, axis)
    } else if passesFactors(node) {
      for case let input? in node.inputs where graph[input].type.element == .float32 {
        parents[root(input.index)] = root(node.outputs[0].index)
      }
    } else {
      for id in node.inputs.compactMap({ $0 }) + node.outputs { isFixed[id.index] = true }
    }
  }

  /// A layer with constant weights that only it reads. One that works on each channel apart counts them along one axis.
  private mutating func addLayer(_ index: Int, _ weights: ValueID, _ axis: Int) {
    let node = graph.nodes[index]
    let (source, result) = (node.int8Data, node.outputs[0])
    let extents = graph[weights].type.shape.extents ?? []
    let isOwn =
      graph[weights].constant != nil && consumers[weights.index].count == 1
      && graph[weights].type.quantization == nil
    let readAxis = node.op is DepthwiseConv2D ? axis : extents.count - 1
    if let source, isOwn, extents[readAxis] == channels(source), !(node.op is TransposeConv) {
      readers.append((source, .init(node: index, weights: weights, axis: readAxis)))
    } else if let source {
      isFixed[source.index] = true
    }
    let ownsBias = node.int8Rule?.bias.flatMap { $0 < node.inputs.count ? node.inputs[$0] : nil }
      .map { graph[$0].constant != nil && consumers[$0.index].count == 1 }
    if isOwn, isHomogeneous(node), ownsBias ?? true, extents[axis] == channels(result) {
      makers.append((result, .init(node: index, weights: weights, axis: axis)))
    } else {
      isFixed[result.index] = true
    }
  }

  /// Whether a node hands on a positive factor of a channel of all its operands.
  private func passesFactors(_ node: Node) -> Bool {
    switch node.op {
    case is ReLU, is LeakyReLU, is MaxPool2D, is AveragePool2D, is Pad, is ResizeNearestNeighbor,
      is ResizeBilinear:
      break
    case is Add, is Sub:
      let extents = node.inputs.map { $0.flatMap { graph[$0].type.shape.extents } }
      guard extents.allSatisfy({ $0 == graph[node.outputs[0]].type.shape.extents }) else {
        return false
      }
    default: return false
    }
    let operands = node.inputs.compactMap { $0 }.filter { graph[$0].type.element == .float32 }
    return isHomogeneous(node)
      && operands.allSatisfy {
        graph[$0].constant == nil && channels($0) == channels(node.outputs[0])
      }
  }

  /// Whether what clamps its result lets a factor through.
  private func isHomogeneous(_ node: Node) -> Bool {
    guard case .fused(let activation, _)? = (node.op as? any BuiltinOp)?.traits.clamp else {
      return true
    }
    return activation == .none || activation == .relu
  }

  private func channels(_ id: ValueID) -> Int? { graph[id].type.shape.extents?.last }

  private mutating func root(_ index: Int) -> Int {
    var index = index
    while parents[index] != index {
      parents[index] = parents[parents[index]]
      index = parents[index]
    }
    return index
  }

  mutating func groups() -> [ChannelGroup] {
    let roots = parents.indices.map { root($0) }
    var fixed: Set<Int> = []
    for (index, root) in roots.enumerated() where isFixed[index] { fixed.insert(root) }
    var result: [Int: ChannelGroup] = [:]
    for (index, root) in roots.enumerated() where !fixed.contains(root) {
      guard let channels = channels(ValueID(index)) else { continue }
      result[root, default: ChannelGroup(channels: channels)].values.append(ValueID(index))
    }
    for (value, layer) in makers { result[roots[value.index]]?.makers.append(layer) }
    for (value, layer) in readers { result[roots[value.index]]?.readers.append(layer) }
    return result.values.filter { $0.channels > 1 && !$0.makers.isEmpty && !$0.readers.isEmpty }
      .sorted { $0.values[0].index < $1.values[0].index }
  }
}
