package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Removes nodes that give back their input, joins reshapes in a row, and makes a reshape of a transpose
/// that moves no data.
///
///     reshape to the same shape, pad by nothing, concatenation of one, times 1, plus 0  ->  %x
///     reshape(reshape(%x))                                                              ->  reshape(%x)
///     transpose that moves only extents of 1                                            ->  reshape(%x)
package struct RemoveIdentity: GraphPass {
  package init() {}

  package var name: String { "RemoveIdentity" }
  package var summary: String { "remove nodes that give back their input" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard OpCatalog.builtin(node.op) != nil, node.outputs.count == 1,
      let input = node.inputs.first ?? nil
    else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    if let source = identity(node, view), source != output,
      view.graph[source].type.shape == view.graph[output].type.shape
    {
      // An input handed straight to an output would leave the output without a name of its own.
      if view.graph.outputs.contains(output), view.graph.inputs.contains(source) { return nil }
      var patch = GraphPatch(view.graph, "drop \(node.op.name) of \(name)", replacing: [node])
      patch.replace(output, with: source)
      return patch
    }
    if let reshape = node.op as? Reshape, let first = view.producer(of: input),
      first.op is Reshape
    {
      var patch = GraphPatch(view.graph, "join reshapes of \(name)", replacing: [first, node])
      patch.replace(
        output,
        with: try patch.add(
          reshape, inputs: [first.inputs[0]] + node.inputs.dropFirst(), name: name))
      return patch
    }
    return try reshapeForTranspose(node, view)
  }

  private func reshapeForTranspose(
    _ node: Node, _ view: GraphView
  ) throws(Diagnostic) -> GraphPatch? {
    guard let (input, order) = view.transpose(node), let extents = view.extents(input) else {
      return nil
    }
    let moved = order.order.filter { extents[$0] != 1 }
    guard moved == moved.sorted() else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(view.graph, "reshape for transpose of \(name)", replacing: [node])
    let shape = order.apply(extents)
    let constant = patch.addConstant(
      "\(name)/shape", Tensor([shape.count], int32: shape.map { Int32($0) }))
    patch.replace(
      output,
      with: try patch.add(Reshape(shape: shape), inputs: [input, constant], name: name))
    return patch
  }

  /// The input that the node gives back unchanged, if its shape is the output's.
  private func identity(_ node: Node, _ view: GraphView) -> ValueID? {
    switch node.op {
    case is Reshape: return node.inputs[0]
    case is Pad, is PadV2:
      return view.ints(node.inputs[1])?.allSatisfy { $0 == 0 } == true ? node.inputs[0] : nil
    case is Concatenation: return node.inputs.count == 1 ? node.inputs[0] : nil
    case let mul as Mul where mul.activation == .none:
      return operand(of: node, beside: 1, view)
    case let add as Add where add.activation == .none:
      return operand(of: node, beside: 0, view)
    default: return nil
    }
  }

  /// The operand whose partner is a constant full of `neutral`.
  private func operand(of node: Node, beside neutral: Float, _ view: GraphView) -> ValueID? {
    for (index, partner) in [(0, 1), (1, 0)] {
      if view.floats(node.inputs[partner])?.allSatisfy({ $0 == neutral }) == true {
        return node.inputs[index]
      }
    }
    return nil
  }
}
