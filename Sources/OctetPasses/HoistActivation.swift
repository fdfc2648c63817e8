package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Moves a ReLU or ReLU6 before a max pool, where the operator before the pool can take it up. The
/// largest of clamped values is the clamped largest value, and int8 codes are not spent on what the
/// ReLU cuts off.
///
///     relu(max_pool_2d(conv_2d(%x)))   ->   max_pool_2d(relu(conv_2d(%x)))
package struct HoistActivation: GraphPass {
  package init() {}

  package var name: String { "HoistActivation" }
  package var summary: String { "move activations before max pools" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard node.op is ReLU || node.op is ReLU6, let clamp = OpCatalog.builtin(node.op),
      let (poolNode, pool) = view.solelyRead(node.inputs[0], by: MaxPool2D.self),
      pool.settings.activation == .none,
      WeightedNode(making: poolNode.inputs[0], in: view) != nil,
      let data = poolNode.inputs[0]
    else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(
      view.graph, "move \(node.op.name) before the pool of \(name)", replacing: [poolNode, node])
    let clamped = try patch.add(clamp, inputs: [data], name: view.graph[data].name)
    patch.replace(output, with: try patch.add(pool, inputs: [clamped], name: name))
    return patch
  }
}
