package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Removes nodes that give back their input, joins reshapes in a row, and makes a reshape of a transpose
/// that moves no data.
///
///     reshape to the same shape, pad by nothing, concatenation of one  ->  %x
///     times 1, by 1, plus 0, minus 0                                   ->  %x
///     reshape(reshape(%x))                                             ->  reshape(%x)
///     transpose that moves only extents of 1                           ->  reshape(%x)
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
      view.graph[source].type.shape == view.graph[output].type.shape,
      view.canReplace(output, by: source)
    {
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
    let constant = try patch.addList("\(name)/shape", shape)
    patch.replace(
      output,
      with: try patch.add(Reshape(shape: shape), inputs: [input, constant], name: name))
    return patch
  }

  /// The input that the node gives back unchanged, if its shape is the output's.
  private func identity(_ node: Node, _ view: GraphView) -> ValueID? {
    switch OpCatalog.builtin(node.op)?.traits.identity {
    case .sameShape?: node.inputs[0]
    case .neutral(let value)?: operand(of: node, beside: value, view, among: [0, 1])
    case .neutralRight(let value)?: operand(of: node, beside: value, view, among: [0])
    case .never?, nil: nil
    }
  }

  /// The operand, of two, whose partner is a constant full of `neutral`.
  private func operand(
    of node: Node, beside neutral: Float, _ view: GraphView, among indices: [Int]
  ) -> ValueID? {
    for index in indices {
      if view.floats(node.inputs[1 - index])?.allSatisfy({ $0 == neutral }) == true {
        return node.inputs[index]
      }
    }
    return nil
  }
}
