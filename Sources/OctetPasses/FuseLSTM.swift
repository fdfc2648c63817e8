package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Makes one operator of the steps of an LSTM layer that an unrolled loop leaves, which begin with zeros.
///
///     %h1, %c1 = cell(step 0 of %x, 0, 0)
///     %h2, %c2 = cell(step 1 of %x, %h1, %c1), ...   ->   %h = unidirectional_sequence_lstm(%x, ...)
///
/// `%x` is [T,N,features] or [N,T,features]; the products of all steps with the kernel may have been made before the
/// loop. A layer that also gives its last cell stays as it is, which the operator keeps to itself.
package struct FuseLSTM: GraphPass {
  package init() {}

  package var name: String { "FuseLSTM" }
  package var summary: String { "make one operator of the steps of an LSTM layer" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    guard let first = LSTMCell(view.graph.nodes[index], view), view.isZero(first.previous) else {
      return nil
    }
    let readers = view.graph.consumers()
    var cells = [first]
    // The first product is with zeros, so it may be gone.
    var recurrent = [first.products.first { view.isZero($0.input) }]
    while let (cell, product) = step(after: cells[cells.count - 1], readers, view),
      cell.isLike(first, view),
      recurrent.last.flatMap({ $0 }).map({ view.areSame($0.weights, product.weights) }) ?? true
    {
      cells.append(cell)
      recurrent.append(product)
    }
    guard cells.count > UnidirectionalSequenceLSTM.fewSteps,
      let weights = recurrent.last.flatMap({ $0 })?.weights,
      view.extents(weights) == [4 * first.units, first.units],
      let sequence = LSTMSequence(cells, recurrent, view)
    else { return nil }
    for (place, cell) in cells.enumerated() {
      let isLast = place == cells.count - 1
      // Its output's tangent and the next cell.
      if view.isOutput(cell.cell) || readers[cell.cell.index].count > (isLast ? 1 : 2) {
        return nil
      }
    }
    let name = view.graph[cells[cells.count - 1].output].name
    var patch = GraphPatch(
      view.graph, "\(cells.count) steps of \(name) become one LSTM", replacing: first.nodes)
    let result = try sequence.add(first, recurrent: weights, name, view, &patch)
    for (place, cell) in cells.enumerated() {
      let own = place + 1 < cells.count ? recurrent[place + 1]?.node : nil
      guard view.isOutput(cell.output) || readers[cell.output.index].contains(where: { $0 != own })
      else { continue }
      let name = view.graph[cell.output].name
      patch.replace(cell.output, with: try sequence.step(place, of: result, name, &patch))
    }
    patch.remark = Diagnostic(
      .copiesJoined, "\(cells.count) steps of an LSTM layer became one operator",
      at: view.graph.nodes[index].location)
    return patch
  }

  /// The step that goes on with the output and the cell of another.
  private func step(
    after cell: LSTMCell, _ readers: [[Int]], _ view: GraphView
  ) -> (LSTMCell, LSTMCell.Product)? {
    let nodes = view.graph.nodes
    func followers(_ index: Int) -> [Int] { nodes[index].outputs.flatMap { readers[$0.index] } }
    // Past the product with the gate, the sum and its tangent.
    for product in readers[cell.cell.index] where nodes[product].op is Mul {
      for sum in followers(product) where nodes[sum].op is Add {
        for tangent in followers(sum) where nodes[tangent].op is Tanh {
          for last in followers(tangent) {
            if let next = LSTMCell(nodes[last], view), next.previous == cell.cell,
              let product = next.products.first(where: { $0.input == cell.output })
            {
              return (next, product)
            }
          }
        }
      }
    }
    return nil
  }
}
