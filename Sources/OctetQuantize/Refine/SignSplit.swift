package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Computes a layer before a leaky ReLU twice: once for the numbers above zero, once for those below.
///
///     leaky_relu(conv_2d(x, w, b), a)   ->   sub(p, n)
///     p = conv_2d(x, w, b), relu        n = conv_2d(x, -a w, -a b), relu
///
/// In int8 a convolution's result is rounded to its own codes, which reach far below zero, and once more behind the
/// activation. Here p, n and their difference have one scale, so that the difference is exact and each number is
/// rounded once, to the codes of the activation's result. It costs the layer's multiplications a second time.
package enum SignSplit {
  /// A layer that can be split.
  package struct Candidate {
    /// The layer's own result.
    package let layer: String
    /// The activation's result.
    package let result: String
    /// Multiply-accumulates of the layer.
    package let macs: Int
    /// Elements of its weights.
    package let weights: Int
  }

  package static func candidates(_ graph: Graph) -> [Candidate] {
    let consumers = graph.consumers()
    return graph.nodes.indices.compactMap { index in
      Layer(graph, index, consumers).map {
        Candidate(
          layer: graph[graph.nodes[index].outputs[0]].name, result: graph[$0.result].name,
          macs: graph.nodes[index].macs(in: graph) ?? 0, weights: $0.weightCount)
      }
    }
  }

  /// The graph with a layer split.
  ///
  /// A channel that lies below zero for the most part is turned, `n - p` in place of `p - n`, where the layers that read it
  /// can take its sign back: then it shares the codes above zero with the other ones.
  ///
  /// - Parameters:
  ///   - result: the name of the activation's result; the graph stays as it is where that is none of a candidate's.
  ///   - statistics: of the result.
  package static func applied(
    to graph: Graph, result: String, _ statistics: ChannelStatistics? = nil
  ) throws(Diagnostic) -> Graph {
    let consumers = graph.consumers()
    guard
      let layer = graph.nodes.indices.lazy.compactMap({ Layer(graph, $0, consumers) })
        .first(where: { graph[$0.result].name == result })
    else { return graph }
    var graph = graph
    var signs = [Float](repeating: 1, count: layer.channels)
    if let statistics, let group = graph.group(of: layer.result, madeBy: layer.nodes[0]) {
      signs = zip(statistics.low, statistics.high).map { -$0 > $1 ? -1 : 1 }
      for reader in group.readers { graph.scale(reader.weights, axis: reader.axis, by: signs) }
    }
    var patch = GraphPatch(graph, "split \(result)", replacing: layer.nodes)
    let above = try layer.half(
      named: above(result), factors: signs.map { $0 > 0 ? 1 : -layer.alpha }, in: &patch)
    let below = try layer.half(
      named: below(result), factors: signs.map { $0 > 0 ? -layer.alpha : 1 }, in: &patch)
    patch.replace(layer.result, with: try patch.add(Sub(), inputs: [above, below], name: result))
    return patch.applied().graph
  }

  /// Gives both halves the scale of the result, whose range the table has.
  package static func setRanges(of result: String, in table: inout CalibrationTable) {
    guard let range = table.range(of: result) else { return }
    let halves = [above(result), below(result)]
    table.entries.removeAll { halves.contains($0.name) }
    table.entries += halves.map { ($0, .init(low: 0, high: range.high - range.low)) }
  }

  private static func above(_ result: String) -> String { "\(result)/above" }
  private static func below(_ result: String) -> String { "\(result)/below" }

  /// A layer with the leaky ReLU that alone reads its result.
  private struct Layer {
    let nodes: [Node]
    let alpha: Float
    let result: ValueID
    private let clamped: any BuiltinOp
    /// Weights and bias with the axis that counts the output channels, by the input that they are.
    private let constants: [Int: (tensor: Tensor, axis: Int)]
    let channels: Int
    let weightCount: Int

    init?(_ graph: Graph, _ index: Int, _ consumers: [[Int]]) {
      let node = graph.nodes[index]
      guard let rule = node.int8Rule, let (weights, axis) = rule.weights, let bias = rule.bias,
        case .fused(.none, let with)? = OpCatalog.builtin(node.op)?.traits.clamp,
        !graph.outputs.contains(node.outputs[0]), consumers[node.outputs[0].index].count == 1,
        let channels = graph[node.outputs[0]].type.shape.extents?.last
      else { return nil }
      let next = graph.nodes[consumers[node.outputs[0].index][0]]
      guard let leaky = next.op as? LeakyReLU, leaky.alpha > 0, leaky.alpha < 1 else { return nil }
      var constants: [Int: (tensor: Tensor, axis: Int)] = [:]
      for (input, axis) in [(weights, axis), (bias, 0)] where input < node.inputs.count {
        guard let id = node.inputs[input], let constant = graph[id].constant else { continue }
        constants[input] = (Tensor(graph[id].type, constant), axis)
      }
      guard constants.count == 2 else { return nil }
      nodes = [node, next]
      alpha = leaky.alpha
      result = next.outputs[0]
      clamped = with(.relu)
      self.constants = constants
      self.channels = channels
      weightCount = constants[weights]?.tensor.count ?? 0
    }

    func half(
      named name: String, factors: [Float], in patch: inout GraphPatch
    ) throws(Diagnostic) -> ValueID {
      var inputs = nodes[0].inputs
      for (input, constant) in constants.sorted(by: { $0.key < $1.key }) {
        inputs[input] = patch.addConstant(
          "\(name)/constant\(input)",
          constant.tensor.scaled(axis: constant.axis, by: factors))
      }
      return try patch.add(clamped, inputs: inputs, name: name)
    }
  }
}

extension Graph {
  /// The group of a layer's and its activation's results, if it holds nothing else.
  fileprivate func group(of result: ValueID, madeBy layer: Node) -> ChannelGroup? {
    channelGroups(for: .scaling).first { group in
      group.values.allSatisfy { $0.id == result || $0.id == layer.outputs[0] }
        && group.values.contains { $0.id == result } && !group.isFixed.contains(true)
    }
  }
}

extension Graph {
  /// Multiplies a float32 constant by a factor for each index of an axis.
  mutating func scale(_ id: ValueID, axis: Int, by factors: [Float]) {
    guard let constant = self[id].constant else { return }
    self[id].constant = Tensor(self[id].type, constant).scaled(axis: axis, by: factors).storage
  }
}

extension Tensor {
  fileprivate func scaled(axis: Int, by factors: [Float]) -> Tensor {
    let step = extents[(axis + 1)...].reduce(1, *)
    return Tensor(
      extents,
      storage.array(of: Float.self).enumerated().map { index, value in
        value * factors[index / step % factors.count]
      })
  }
}
