package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Folds an addition of constants, one for each channel, into the bias before it.
///
///     add(conv_2d(%x, %w, %b), %offset)   ->   conv_2d(%x, %w, %b + %offset)
///
/// A clamp of the addition becomes the layer's.
package struct FoldOffset: GraphPass {
  package init() {}

  package var name: String { "FoldOffset" }
  package var summary: String { "fold per-channel offsets into the bias before them" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard let add = node.op as? Add else { return nil }
    for (data, term) in [(0, 1), (1, 0)] {
      guard let layer = WeightedNode(making: node.inputs[data], in: view),
        let offset = layer.perChannel(node.inputs[term])
      else { continue }
      let name = view.graph[node.outputs[0]].name
      var patch = GraphPatch(
        view.graph, "fold offset of \(name)", replacing: [layer.node, node])
      patch.join(node, to: layer.node)
      patch.replace(
        node.outputs[0],
        with: try layer.shifted(by: offset, add.activation, name: name, in: &patch))
      return patch
    }
    return nil
  }
}
