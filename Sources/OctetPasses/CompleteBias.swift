package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Gives convolutions without bias one of zeros: LiteRT refuses to run CONV_2D without one.
///
///     conv_2d(%x, %w, _)   ->   conv_2d(%x, %w, zeros)
package struct CompleteBias: GraphPass {
  package init() {}

  package var name: String { "CompleteBias" }
  package var summary: String { "give convolutions without bias one of zeros" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard node.inputs.count < 3 || node.inputs[2] == nil, node.inputs.count > 1,
      let filter = node.inputs[1], let extents = view.extents(filter)
    else { return nil }
    let (op, channels): (any BuiltinOp, Int)
    switch node.op {
    case let conv as Conv2D: (op, channels) = (conv, extents[0])
    case let conv as DepthwiseConv2D: (op, channels) = (conv, extents[3])
    default: return nil
    }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(view.graph, "add bias to \(name)", replacing: [node])
    let bias = patch.addConstant(
      "\(view.graph[filter].name)/bias",
      Tensor([channels], [Float](repeating: 0, count: channels)))
    patch.replace(
      output, with: try patch.add(op, inputs: [node.inputs[0], filter, bias], name: name))
    return patch
  }
}
