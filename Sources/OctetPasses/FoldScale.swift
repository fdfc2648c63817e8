package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Folds a multiplication by constants, one for each channel, into the weights before it.
///
///     mul(conv_2d(%x, %w, %b), %scale)   ->   conv_2d(%x, %w * %scale, %b * %scale)
///
/// A clamp of the product becomes the layer's.
package struct FoldScale: GraphPass {
  package init() {}

  package var name: String { "FoldScale" }
  package var summary: String { "fold per-channel factors into the weights before them" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard let mul = node.op as? Mul else { return nil }
    for (data, factor) in [(0, 1), (1, 0)] {
      guard let layer = WeightedNode(making: node.inputs[data], in: view),
        let scale = layer.perChannel(node.inputs[factor])
      else { continue }
      let name = view.graph[node.outputs[0]].name
      var patch = GraphPatch(
        view.graph, "fold factor of \(name)", replacing: [layer.node, node])
      patch.join(node, to: layer.node)
      patch.replace(
        node.outputs[0],
        with: try layer.scaled(by: scale, mul.activation, name: name, in: &patch))
      return patch
    }
    return nil
  }
}
