import OctetIR
import OctetOps

extension Graph {
  /// Whether what a layer makes of a constant channel is the same everywhere, so that its bias can say it.
  func canAbsorbConstants(_ node: Node) -> Bool {
    guard !readsBorder(node) else { return false }
    return node.inputs.count < 3 || node.inputs[2].map { self[$0].constant != nil } ?? true
  }

  /// Whether zeros around its image may be among what a layer reads.
  func readsBorder(_ node: Node) -> Bool {
    guard let window = (node.op as? any BuiltinOp)?.traits.window, window.padding == .same,
      let extents = node.inputs[1].flatMap({ self[$0].type.shape.extents }), extents.count == 4
    else { return false }
    return extents[1] > 1 || extents[2] > 1
  }

  /// Adds what a layer makes of a number for each channel that it reads to its bias.
  ///
  /// - Precondition: the layer is a convolution or dense and `canAbsorbConstants`.
  mutating func absorb(_ constants: [Double], intoBiasOf reader: ChannelGroup.Weights) {
    guard constants.contains(where: { $0 != 0 }), let weights = self[reader.weights].constant
    else { return }
    let rows = self[reader.weights].type.shape.extents?[0] ?? 1
    let values = weights.array(of: Float.self)
    let size = values.count / max(1, rows)
    addToBias(
      of: reader.node,
      (0..<rows).map { row in
        (0..<size).reduce(0.0) { sum, index in
          sum + Double(values[row * size + index]) * constants[index % constants.count]
        }
      })
  }

  /// Adds a number for each output channel to a layer's bias, which it gets if it has none.
  mutating func addToBias(of index: Int, _ numbers: [Double]) {
    let node = nodes[index]
    let old = node.inputs.count > 2 ? node.inputs[2] : nil
    let biases =
      old.flatMap { self[$0].constant }?.array(of: Float.self)
      ?? [Float](repeating: 0, count: numbers.count)
    let sums = zip(biases, numbers).map { Float(Double($0) + $1) }
    let name = old.map { self[$0].name } ?? "\(self[node.outputs[0]].name)/bias"
    nodes[index].inputs = node.inputs.prefix(2) + [addConstant(name, Tensor([sums.count], sums))]
  }
}
