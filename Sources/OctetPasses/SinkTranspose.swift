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
    return node.op is Transpose ? try simplify(node, view) : try sink(node, view)
  }

  /// Two transposes in a row become one or none.
  private func simplify(_ node: Node, _ view: GraphView) throws(Diagnostic) -> GraphPatch? {
    guard let (input, order) = view.transpose(node) else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    if order.isIdentity {
      guard view.canReplace(output, by: input) else { return nil }
      var patch = GraphPatch(view.graph, "drop transpose of \(name)", replacing: [node])
      patch.replace(output, with: input)
      return patch
    }
    if let (source, first, other) = view.transpose(making: input) {
      let combined = first.then(order)
      if combined.isIdentity, !view.canReplace(output, by: source) { return nil }
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

  /// All operands are transposed alike, or constants, which are permuted instead.
  private func sink(_ node: Node, _ view: GraphView) throws(Diagnostic) -> GraphPatch? {
    guard let op = OpCatalog.builtin(node.op),
      case .reorders(let kinds, let reordered) = op.traits.layout
    else { return nil }
    let transposes = node.inputs.map { view.transpose(making: $0) }
    guard let order = transposes.compactMap({ $0?.order }).first,
      view.graph[node.outputs[0]].type.shape.rank == order.order.count
    else { return nil }
    for (index, input) in node.inputs.enumerated() {
      switch LayoutRule.input(index, of: kinds) {
      case .operand:
        guard transposes[index]?.order == order || view.floats(input) != nil else { return nil }
      case .rowPerDimension: if view.ints(input) == nil { return nil }
      case .other: continue
      }
    }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(view.graph, "sink transpose below \(name)", replacing: [node])
    let inputs = node.inputs.enumerated().map { index, input in
      switch LayoutRule.input(index, of: kinds) {
      case .operand:
        transposes[index]?.input ?? permutedConstant(input, order.inverse, view, &patch)
      case .rowPerDimension: permutedRows(input, order.inverse, view, &patch)
      case .other: input
      }
    }
    let result = try patch.add(reordered(order), inputs: inputs, name: name)
    let constant = patch.addConstant("\(name)/order", order.tensor)
    patch.replace(output, with: try patch.add(Transpose(), inputs: [result, constant], name: name))
    return patch
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

  /// An int32 constant whose rows belong to dimensions.
  private func permutedRows(
    _ id: ValueID?, _ order: Permutation, _ view: GraphView, _ patch: inout GraphPatch
  ) -> ValueID? {
    guard let id, let values = view.ints(id), let extents = view.extents(id) else { return nil }
    let width = values.count / order.order.count
    let rows = order.order.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
    return patch.addConstant(
      view.graph[id].name,
      Tensor(extents, int32: order.apply(rows).flatMap { $0 }.map { Int32($0) }))
  }
}
