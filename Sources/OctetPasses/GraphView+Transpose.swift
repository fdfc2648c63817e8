package import OctetIR
import OctetOps

extension GraphView {
  /// The operand and order of the transpose that makes a value.
  package func transpose(making id: ValueID?) -> (input: ValueID, order: Permutation, node: Node)? {
    guard let node = producer(of: id), let pair = transpose(node) else { return nil }
    return (pair.input, pair.order, node)
  }

  package func transpose(_ node: Node) -> (input: ValueID, order: Permutation)? {
    guard node.op is Transpose, node.inputs.count == 2, let input = node.inputs[0],
      let order = ints(node.inputs[1])
    else { return nil }
    return (input, Permutation(order))
  }
}
