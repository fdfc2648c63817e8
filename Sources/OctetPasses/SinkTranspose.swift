package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Moves transposes towards the outputs until they meet their inverse or vanish.
///
///     relu(transpose(%x, P))                 ->   transpose(relu(%x), P)
///     add(transpose(%x, P), %constant)       ->   transpose(add(%x, %permuted), P)
///     transpose(transpose(%x, P), Q)         ->   transpose(%x, PQ), or %x
///
/// Importers of channels-first frameworks put transposes around each layer whose TFLite operator is
/// channels-last; this pass leaves only those that are needed.
package struct SinkTranspose: GraphPass {
  package init() {}

  package var name: String { "SinkTranspose" }
  package var summary: String { "move transposes towards the outputs until they cancel" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    if node.op is Transpose { return try simplify(node, view) }
    switch node.op {
    case is ReLU, is ReLU6, is LeakyReLU, is Logistic, is Tanh: return try sinkUnary(node, view)
    case is Add, is Mul, is Maximum: return try sinkBinary(node, view)
    case is Pad, is PadV2: return try sinkPad(node, view)
    case is Concatenation: return try sinkConcatenation(node, view)
    default: return nil
    }
  }

  /// Two transposes in a row become one or none.
  private func simplify(_ node: Node, _ view: GraphView) throws(Diagnostic) -> GraphPatch? {
    guard let (input, order) = view.transpose(node) else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    if order.isIdentity {
      var patch = GraphPatch(view.graph, "drop transpose of \(name)", replacing: [node])
      patch.replace(output, with: input)
      return patch
    }
    if let (source, first, other) = view.transpose(making: input) {
      let combined = first.then(order)
      var patch = GraphPatch(view.graph, "cancel transposes of \(name)", replacing: [other, node])
      if combined.isIdentity {
        patch.replace(output, with: source)
      } else {
        let constant = patch.addConstant("\(name)/order", combined.tensor)
        patch.replace(
          output, with: try patch.add(Transpose(), inputs: [source, constant], name: name))
      }
      return patch
    }
    return nil
  }

  private func sinkUnary(_ node: Node, _ view: GraphView) throws(Diagnostic) -> GraphPatch? {
    guard let (input, order, _) = view.transpose(making: node.inputs[0]),
      let op = OpCatalog.builtin(node.op)
    else { return nil }
    return try rebuild(node, view, order, op) { _ in [input] }
  }

  /// Both operands are transposed alike, or one is a constant, which is permuted instead.
  private func sinkBinary(_ node: Node, _ view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let transposes = node.inputs.map { view.transpose(making: $0) }
    guard let order = transposes.compactMap({ $0?.order }).first,
      let op = OpCatalog.builtin(node.op),
      view.graph[node.outputs[0]].type.shape.rank == order.order.count
    else { return nil }
    for (input, transpose) in zip(node.inputs, transposes) {
      if let transpose {
        if transpose.order != order { return nil }
      } else if view.floats(input) == nil {
        return nil
      }
    }
    return try rebuild(node, view, order, op) { patch in
      zip(node.inputs, transposes).map { input, transpose in
        transpose?.input ?? permutedConstant(input, order.inverse, view, &patch)
      }
    }
  }

  /// A constant as it broadcasts against the untransposed operand.
  private func permutedConstant(
    _ id: ValueID?, _ order: Permutation, _ view: GraphView, _ patch: inout GraphPatch
  ) -> ValueID? {
    guard let id, let values = view.floats(id), let extents = view.extents(id) else { return nil }
    if values.count == 1 { return id }
    let full = [Int](repeating: 1, count: order.order.count - extents.count) + extents
    return patch.addConstant(
      view.graph[id].name, Tensor(order.apply(full), order.apply(values, extents: full)))
  }

  private func sinkPad(_ node: Node, _ view: GraphView) throws(Diagnostic) -> GraphPatch? {
    guard let (input, order, _) = view.transpose(making: node.inputs[0]),
      let paddings = view.ints(node.inputs[1]), let op = OpCatalog.builtin(node.op)
    else { return nil }
    let pairs = stride(from: 0, to: paddings.count, by: 2).map { [paddings[$0], paddings[$0 + 1]] }
    return try rebuild(node, view, order, op) { patch in
      let values = order.inverse.apply(pairs).flatMap { $0 }.map { Int32($0) }
      let constant = patch.addConstant(
        "\(view.graph[node.outputs[0]].name)/paddings", Tensor([pairs.count, 2], int32: values))
      return [input, constant] + node.inputs.dropFirst(2)
    }
  }

  private func sinkConcatenation(
    _ node: Node, _ view: GraphView
  ) throws(Diagnostic) -> GraphPatch? {
    let transposes = node.inputs.compactMap { view.transpose(making: $0) }
    guard let order = transposes.first?.order, let concatenation = node.op as? Concatenation,
      transposes.count == node.inputs.count, transposes.allSatisfy({ $0.order == order })
    else { return nil }
    let axis = concatenation.axis < 0 ? concatenation.axis + order.order.count : concatenation.axis
    let op = Concatenation(axis: order.order[axis], activation: concatenation.activation)
    return try rebuild(node, view, order, op) { _ in transposes.map { $0.input } }
  }

  /// Replaces `node` by `op` on untransposed inputs, followed by the transpose.
  private func rebuild(
    _ node: Node, _ view: GraphView, _ order: Permutation, _ op: any BuiltinOp,
    inputs: (inout GraphPatch) -> [ValueID?]
  ) throws(Diagnostic) -> GraphPatch? {
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(view.graph, "sink transpose below \(name)", replacing: [node])
    let result = try patch.add(op, inputs: inputs(&patch), name: name)
    let constant = patch.addConstant("\(name)/order", order.tensor)
    patch.replace(output, with: try patch.add(Transpose(), inputs: [result, constant], name: name))
    return patch
  }
}
