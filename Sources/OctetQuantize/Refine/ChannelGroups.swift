package import OctetIR
import OctetOps

/// Values whose channels change together, each in its own way, without changing what the graph computes: layers make
/// them and layers read them.
package struct ChannelGroup {
  package enum Change {
    /// By a factor: what lies between gives twice as much for twice the input.
    case scaling
    /// What lies between computes each channel apart from the others.
    case removing
  }

  /// A layer's weights, of which `axis` counts the channels of a value.
  package struct Weights {
    package let node: Int
    package let weights: ValueID
    package let axis: Int
    /// For each of them the group's channel.
    package let channels: [Int]
  }

  /// With the group's channel for each of their own: a concatenation has channels of several values.
  package var values: [(id: ValueID, channels: [Int])] = []
  /// Layers whose results they are; the bias goes with the weights. Those that work on each channel apart lie between others where
  /// channels are removed.
  package var makers: [Weights] = []
  package var readers: [Weights] = []
  /// For each of the group's channels, whether it must stay as it is.
  package var isFixed: [Bool] = []
}

extension Graph {
  /// The groups of a float graph, in the order of their first values. Channels are the last dimension.
  package func channelGroups(for change: ChannelGroup.Change) -> [ChannelGroup] {
    var links = ChannelLinks(self, change)
    for index in nodes.indices { links.add(index) }
    return links.groups()
  }
}

/// Finds which channels go together.
private struct ChannelLinks {
  private typealias Layer = (value: ValueID, node: Int, weights: ValueID, axis: Int)

  private let graph: Graph
  private let change: ChannelGroup.Change
  private let consumers: [[Int]]
  /// By value, its channels among those of all values.
  private let places: [Range<Int>]
  private var channelSets: UnionFind
  private var isFixed: [Bool]
  private var valueSets: UnionFind
  private var makers: [Layer] = []
  private var readers: [Layer] = []

  init(_ graph: Graph, _ change: ChannelGroup.Change) {
    self.graph = graph
    self.change = change
    consumers = graph.consumers()
    var count = 0
    places = graph.values.map { value in
      let first = count
      count += value.type.shape.extents?.last ?? 0
      return first..<count
    }
    channelSets = UnionFind(count)
    valueSets = UnionFind(graph.values.count)
    isFixed = [Bool](repeating: false, count: count)
    for (index, value) in graph.values.enumerated()
    where value.type.element != .float32 || value.constant != nil {
      fix(ValueID(index))
    }
    for id in graph.inputs + graph.outputs { fix(id) }
  }

  private mutating func fix(_ id: ValueID) {
    for place in places[id.index] { isFixed[place] = true }
  }

  mutating func add(_ index: Int) {
    let node = graph.nodes[index]
    if let (position, axis) = node.int8Rule?.weights, let weights = node.inputs[position] {
      addLayer(index, weights, axis)
    } else if let operands = operandsBefore(node) {
      for (operand, first) in operands {
        link(operand, node.outputs[0]) { first + $0 }
      }
    } else {
      for id in node.inputs.compactMap({ $0 }) + node.outputs { fix(id) }
    }
  }

  /// `place` gives the channel of `result` for each one of `operand`.
  private mutating func link(
    _ operand: ValueID, _ result: ValueID, _ place: (Int) -> Int
  ) {
    valueSets.join(operand.index, result.index)
    for channel in 0..<count(operand) {
      channelSets.join(
        places[operand.index].lowerBound + channel, places[result.index].lowerBound + place(channel)
      )
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
    let ownsBias = node.int8Rule?.bias.flatMap { $0 < node.inputs.count ? node.inputs[$0] : nil }
      .map { graph[$0].constant != nil && consumers[$0.index].count == 1 }
    let isMaker =
      isOwn && passesClamp(node) && ownsBias ?? true && extents[axis] == count(result)
    if change == .removing, let op = node.op as? DepthwiseConv2D, let source {
      if isMaker, count(source) * op.depthMultiplier == count(result) {
        for filter in 0..<op.depthMultiplier {
          link(source, result) { $0 * op.depthMultiplier + filter }
        }
        makers.append((result, index, weights, axis))
      } else {
        fix(source)
        fix(result)
      }
      return
    }
    let readAxis = node.op is DepthwiseConv2D ? axis : extents.count - 1
    if let source, isOwn, extents[readAxis] == count(source), !(node.op is TransposeConv) {
      readers.append((source, index, weights, readAxis))
    } else if let source {
      fix(source)
    }
    if isMaker {
      makers.append((result, index, weights, axis))
    } else {
      fix(result)
    }
  }

  /// The operands of a node whose channels become channels of its result, with the one that their first becomes; nil for a node
  /// that does more with them.
  private func operandsBefore(_ node: Node) -> [(id: ValueID, first: Int)]? {
    let result = graph[node.outputs[0]]
    let operands = node.inputs.compactMap { $0 }.filter { graph[$0].type.element == .float32 }
    guard passesClamp(node) else { return nil }
    switch node.op {
    case let op as Concatenation where op.isAlongChannels(of: result):
      var first = 0
      return operands.map { operand in
        defer { first += count(operand) }
        return (operand, first)
      }
    case is ReLU, is LeakyReLU, is MaxPool2D, is AveragePool2D, is Pad, is ResizeNearestNeighbor,
      is ResizeBilinear, is Concatenation:
      break
    case is Add, is Sub:
      guard haveShape(of: result, operands) else { return nil }
    case is Mul, is Maximum, is Minimum:
      guard change == .removing, haveShape(of: result, operands) else { return nil }
    case is ReLU6, is HardSwish, is Logistic, is Tanh:
      guard change == .removing else { return nil }
    default: return nil
    }
    guard operands.allSatisfy({ count($0) == count(node.outputs[0]) }) else { return nil }
    return operands.map { ($0, 0) }
  }

  private func haveShape(of result: Value, _ operands: [ValueID]) -> Bool {
    operands.allSatisfy { graph[$0].type.shape == result.type.shape }
  }

  /// Whether what clamps its result lets the change through.
  private func passesClamp(_ node: Node) -> Bool {
    guard change == .scaling,
      case .fused(let activation, _)? = (node.op as? any BuiltinOp)?.traits.clamp
    else { return true }
    return activation == .none || activation == .relu
  }

  /// Of channels; 0 where that is open.
  private func count(_ id: ValueID) -> Int { places[id.index].count }

  mutating func groups() -> [ChannelGroup] {
    let roots = places.indices.map { valueSets.root($0) }
    var groups: [Int: ChannelGroup] = [:]
    /// By channel among those of all values, the group's; -1 for none yet.
    var numbers = [Int](repeating: -1, count: isFixed.count)
    let channels = places.indices.map { index in
      var group = groups[roots[index], default: ChannelGroup()]
      let own = places[index].map { place in
        let root = channelSets.root(place)
        if numbers[root] < 0 {
          numbers[root] = group.isFixed.count
          group.isFixed.append(false)
        }
        if isFixed[place] { group.isFixed[numbers[root]] = true }
        return numbers[root]
      }
      group.values.append((ValueID(index), own))
      groups[roots[index]] = group
      return own
    }
    func weights(_ layer: Layer) -> ChannelGroup.Weights {
      .init(
        node: layer.node, weights: layer.weights, axis: layer.axis,
        channels: channels[layer.value.index])
    }
    for layer in makers { groups[roots[layer.value.index]]?.makers.append(weights(layer)) }
    for layer in readers { groups[roots[layer.value.index]]?.readers.append(weights(layer)) }
    return groups.values.filter {
      $0.isFixed.count > 1 && $0.isFixed.contains(false) && !$0.makers.isEmpty
        && !$0.readers.isEmpty
    }
    .sorted { $0.values[0].id.index < $1.values[0].id.index }
  }
}

/// Which of some things belong together.
private struct UnionFind {
  /// Another one of the same kind, or itself.
  private var parents: [Int]

  init(_ count: Int) { parents = Array(0..<count) }

  mutating func join(_ a: Int, _ b: Int) { parents[root(a)] = root(b) }

  mutating func root(_ index: Int) -> Int {
    var index = index
    while parents[index] != index {
      parents[index] = parents[parents[index]]
      index = parents[index]
    }
    return index
  }
}
