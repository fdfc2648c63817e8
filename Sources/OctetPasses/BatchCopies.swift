package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Makes one of the copies that an unrolled loop over the elements of a tensor leaves: what each copy computes of its
/// slice is computed of all slices at once, with an outer dimension that numbers the copies.
///
///     %a0 = f(slice(%x: [n,...], 0)), ..., %c = concatenation(%a0, ...)   ->   %c = f(%x)
///
/// The copies must be the same operators, whose operands are the same value, corresponding values of the copies,
/// constants, or the slices of one tensor along its first dimension, all of them and in order; and each operator
/// must take the dimension (`CopiesRule`). All results of the copies must be joined alike, so that none of them stays.
package struct BatchCopies: GraphPass {
  package init() {}

  package var name: String { "BatchCopies" }
  package var summary: String { "make one of copies that differ in the slice they read" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    guard let first = Join(index, view) else { return nil }
    var copies = Copies(view)
    guard copies.find(first.parts), copies.parts[first.parts]?.differs == true else { return nil }
    var joins = [first]
    let readers = view.graph.consumers()
    // What the same copies also make must become one with them.
    while let open = copies.reader(readers, otherThan: joins) {
      guard let next = join(after: open, readers, view, likeThose: joins),
        copies.find(next.parts)
      else { return nil }
      joins.append(next)
    }
    joins.sort { $0.index < $1.index }
    var batch = Batch(view, joins)
    for join in joins {
      guard batch.replace(join) else { return nil }
    }
    return batch.patch
  }

  /// The next node, from `start` on along the readers, that joins as many parts as those that are known.
  private func join(
    after start: Int, _ readers: [[Int]], _ view: GraphView, likeThose known: [Join]
  ) -> Join? {
    var (pending, seen) = ([start], Set([start]))
    while let index = pending.popLast() {
      if let join = Join(index, view), join.parts.count == known[0].parts.count {
        if known.contains(where: { $0.index == index }) { continue }
        return join
      }
      for output in view.graph.nodes[index].outputs {
        for reader in readers[output.index] where seen.insert(reader).inserted {
          pending.append(reader)
        }
      }
    }
    return nil
  }

  /// A concatenation along the first dimension of parts of one type.
  struct Join {
    let index: Int
    let parts: [ValueID]
    let output: ValueID

    init?(_ index: Int, _ view: GraphView) {
      let node = view.graph.nodes[index]
      guard let op = node.op as? Concatenation, op.activation == .none,
        case let parts = node.inputs.compactMap({ $0 }), parts.count > 1,
        let extents = view.extents(parts[0]), !extents.isEmpty,
        op.axis == 0 || op.axis == -extents.count,
        parts.allSatisfy({ view.graph[$0].type == view.graph[parts[0]].type })
      else { return nil }
      self.index = index
      self.parts = parts
      output = node.outputs[0]
    }
  }
}
