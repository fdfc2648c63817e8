package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Lets a dense layer read channels-last data that was flattened channels-first, by permuting its
/// weights.
///
///     fully_connected(reshape(transpose(%x, P)), %w)   ->   fully_connected(reshape(%x), %w')
package struct PermuteDenseWeights: GraphPass {
  package init() {}

  package var name: String { "PermuteDenseWeights" }
  package var summary: String { "permute dense weights instead of the data they read" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard let dense = node.op as? FullyConnected, let weights = view.floats(node.inputs[1]),
      let weightsID = node.inputs[1], let weightExtents = view.extents(weightsID),
      let flatten = view.producer(of: node.inputs[0]), flatten.op is Reshape,
      let (source, order, transpose) = view.transpose(making: flatten.inputs[0]),
      let extents = view.extents(source)
    else { return nil }
    // Rows must stay rows: the transpose keeps the batch dimension first and the flattening joins
    // all the others.
    let depth = weightExtents[1]
    let features = Array(order.apply(extents).dropFirst())
    guard order.order.first == 0, extents.count > 1,
      Shape.elementCount(features) == depth,
      view.extents(flatten.outputs[0]) == [extents[0], depth]
    else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(
      view.graph, "permute weights of \(name)", replacing: [transpose, flatten, node])
    let back = Permutation(order.inverse.order.dropFirst().map { $0 - 1 })
    var permuted: [Float] = []
    permuted.reserveCapacity(weights.count)
    for row in 0..<weightExtents[0] {
      permuted += back.apply(Array(weights[row * depth..<(row + 1) * depth]), extents: features)
    }
    let shape = [extents[0], depth]
    let flatName = view.graph[flatten.outputs[0]].name
    let shapeID = try patch.addList("\(flatName)/shape", shape)
    let flat = try patch.add(Reshape(shape: shape), inputs: [source, shapeID], name: flatName)
    var type = view.graph[weightsID].type
    if type.quantization?.axis == 1 { type.quantization = nil }
    let weightsNew = patch.addConstant(
      view.graph[weightsID].name, Tensor(type, Storage(permuted)))
    patch.replace(
      output,
      with: try patch.add(
        dense, inputs: [flat, weightsNew] + node.inputs.dropFirst(2), name: name))
    return patch
  }
}
