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
    /// What the activation multiplies negative numbers by.
    package let alpha: Float
    /// Multiply-accumulates of the layer.
    package let macs: Int
  }

  package static func candidates(_ graph: Graph) -> [Candidate] {
    let consumers = graph.consumers()
    return graph.nodes.indices.compactMap { index in
      Layer(graph, index, consumers).map {
        Candidate(
          layer: graph[graph.nodes[index].outputs[0]].name, result: graph[$0.result].name,
          alpha: $0.alpha,
          macs: graph.nodes[index].macs(in: graph) ?? 0)
      }
    }
  }

  /// The graph with a layer split, and the ranges of the values that are new.
  ///
  /// - Parameters:
  ///   - result: the name of the activation's result.
  ///   - range: of that result.
  package static func applied(
    to graph: Graph, result: String, range: CalibrationTable.Range
  ) throws(Diagnostic) -> (graph: Graph, ranges: [(name: String, range: CalibrationTable.Range)])? {
    let consumers = graph.consumers()
    guard
      let layer = graph.nodes.indices.lazy.compactMap({ Layer(graph, $0, consumers) })
        .first(where: { graph[$0.result].name == result })
    else { return nil }
    var patch = GraphPatch(graph, "split \(result)", replacing: layer.nodes)
    let above = try layer.half(named: "\(result)/above", factor: 1, in: &patch)
    let below = try layer.half(named: "\(result)/below", factor: -layer.alpha, in: &patch)
    patch.replace(layer.result, with: try patch.add(Sub(), inputs: [above, below], name: result))
    let half = CalibrationTable.Range(low: 0, high: range.high - range.low)
    return (
      patch.applied().graph,
      [("\(result)/above", half), ("\(result)/below", half), (result, range)]
    )
  }

  /// A convolution with the leaky ReLU that alone reads its result.
  private struct Layer {
    let nodes: [Node]
    let alpha: Float
    let result: ValueID
    private let clamped: any BuiltinOp
    private let weights: Tensor
    private let bias: Tensor

    init?(_ graph: Graph, _ index: Int, _ consumers: [[Int]]) {
      let node = graph.nodes[index]
      guard let op = node.op as? Conv2D, op.activation == .none, node.inputs.count == 3,
        case .fused(_, let with) = op.traits.clamp, !graph.outputs.contains(node.outputs[0]),
        consumers[node.outputs[0].index].count == 1,
        let weights = node.inputs[1], let bias = node.inputs[2],
        let kernel = graph[weights].constant, let offsets = graph[bias].constant
      else { return nil }
      let next = graph.nodes[consumers[node.outputs[0].index][0]]
      guard let leaky = next.op as? LeakyReLU, leaky.alpha > 0, leaky.alpha < 1 else { return nil }
      nodes = [node, next]
      alpha = leaky.alpha
      result = next.outputs[0]
      clamped = with(.relu)
      self.weights = Tensor(graph[weights].type, kernel)
      self.bias = Tensor(graph[bias].type, offsets)
    }

    func half(
      named name: String, factor: Float, in patch: inout GraphPatch
    ) throws(Diagnostic) -> ValueID {
      var inputs = nodes[0].inputs
      inputs[1] = patch.addConstant("\(name)/weights", weights.scaled(by: factor))
      inputs[2] = patch.addConstant("\(name)/bias", bias.scaled(by: factor))
      return try patch.add(clamped, inputs: inputs, name: name)
    }
  }
}

extension Tensor {
  fileprivate func scaled(by factor: Float) -> Tensor {
    Tensor(extents, storage.array(of: Float.self).map { $0 * factor })
  }
}
