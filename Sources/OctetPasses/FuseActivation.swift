package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Lets the operator before a ReLU or ReLU6 clamp its own result.
///
///     relu(conv_2d(%x, %w, %b))   ->   conv_2d(%x, %w, %b) {activation = relu}
package struct FuseActivation: GraphPass {
  package init() {}

  package var name: String { "FuseActivation" }
  package var summary: String { "let operators clamp their own result" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    let activation: FusedActivation
    switch node.op {
    case is ReLU: activation = .relu
    case is ReLU6: activation = .relu6
    default: return nil
    }
    guard let input = node.inputs[0], view.hasOneReader(input),
      let producer = view.producer(of: input), let op = OpCatalog.builtin(producer.op),
      case .fused(.none, let fused) = op.traits.clamp
    else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(
      view.graph, "fuse \(node.op.name) into \(producer.op.name) of \(name)",
      replacing: [producer, node])
    patch.replace(
      output, with: try patch.add(fused(activation), inputs: producer.inputs, name: name))
    return patch
  }
}
