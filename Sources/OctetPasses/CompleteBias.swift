package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Gives layers without bias one of zeros: LiteRT refuses to run CONV_2D without one, and before its
/// version 6 FULLY_CONNECTED too.
///
///     conv_2d(%x, %w, _)   ->   conv_2d(%x, %w, zeros)
package struct CompleteBias: GraphPass {
  package init() {}

  package var name: String { "CompleteBias" }
  package var summary: String { "give layers without bias one of zeros" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard let op = OpCatalog.builtin(node.op), case .int8(let rule) = op.quantization,
      let (weights, axis) = rule.weights, let place = rule.bias,
      node.inputs.count <= place || node.inputs[place] == nil, node.inputs.count >= place,
      let filter = node.inputs[weights], view.graph[filter].constant != nil,
      let channels = view.extents(filter)?[axis]
    else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(view.graph, "add bias to \(name)", replacing: [node])
    let bias = patch.addConstant(
      "\(view.graph[filter].name)/bias",
      Tensor([channels], [Float](repeating: 0, count: channels)))
    patch.replace(
      output,
      with: try patch.add(op, inputs: node.inputs.prefix(place) + [bias], name: name))
    return patch
  }
}
