package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Computes parts of a layer's channels apart where they are only read apart, so that in int8 each part has a
/// scale of its own. A detector's head has logarithms of sizes within 1 of zero beside scores that reach beyond 20.
///
///     %h = reshape(conv_2d(%x, %w, %b))     ->   %s = reshape(conv_2d(%x, part of %w, part of %b))
///     %s = slice(%h), some of each row
///
/// Takes convolutions of one pixel, which read no more of their image by being two.
package struct SplitChannels: GraphPass {
  package init() {}

  package var name: String { "SplitChannels" }
  package var summary: String { "compute channels apart that are only read apart" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard let part = part(node, view), let joined = node.inputs[0],
      let width = view.extents(joined)?.last, let layer = Layer(making: joined, view),
      layer.channels % width == 0, !view.graph.outputs.contains(joined)
    else { return nil }
    let readers = view.graph.nodes.filter { $0.inputs.contains(joined) }
    let parts = readers.compactMap { self.part($0, view) }
    guard parts.count == readers.count, parts.reduce(0, { $0 + $1.count }) <= width,
      let extents = view.extents(node.outputs[0])
    else { return nil }
    let name = view.graph[node.outputs[0]].name
    var patch = GraphPatch(
      view.graph, "compute \(name) apart", replacing: layer.nodes + [node])
    let channels = (0..<layer.channels).filter { part.contains($0 % width) }
    let values = try layer.add(channels, name: name, to: &patch)
    patch.replace(node.outputs[0], with: try patch.reshaped(values, extents, name: name))
    return patch
  }

  /// What `node` takes of the last dimension, when it cuts nothing else.
  private func part(_ node: Node, _ view: GraphView) -> Range<Int>? {
    guard node.op is Slice, let source = node.inputs[0], let before = view.extents(source),
      let after = view.extents(node.outputs[0]), before.dropLast() == after.dropLast(),
      let begin = view.ints(node.inputs[1])?.last, let width = before.last, let count = after.last,
      count > 0, count < width
    else { return nil }
    return begin..<(begin + count)
  }

  /// A convolution of one pixel with constant weights, perhaps with a reshape behind it.
  private struct Layer {
    let nodes: [Node]
    /// Of the result.
    let channels: Int
    private let op: Conv2D
    private let inputs: [ValueID?]
    private let depth: Int
    private let weights: [Float]
    /// Of weights that training has rounded.
    private let scales: Quantization?
    private let bias: [Float]?

    init?(making id: ValueID, _ view: GraphView) {
      guard let last = view.producer(of: id) else { return nil }
      var nodes = [last]
      if last.op is Reshape, let source = last.inputs[0], view.hasOneReader(source),
        let maker = view.producer(of: source)
      {
        nodes.insert(maker, at: 0)
      }
      guard let op = nodes[0].op as? Conv2D, let image = nodes[0].inputs[0],
        let filter = nodes[0].inputs[1], let weights = view.floats(filter),
        let extents = view.extents(filter), extents[1] == 1, extents[2] == 1,
        view.extents(image)?.last == extents[3]
      else { return nil }
      let biasID = nodes[0].inputs.count > 2 ? nodes[0].inputs[2] : nil
      let bias = view.floats(biasID)
      if biasID != nil, bias == nil { return nil }
      self.nodes = nodes
      self.op = op
      self.weights = weights
      scales = view.graph[filter].type.quantization
      self.bias = bias
      inputs = nodes[0].inputs
      (channels, depth) = (extents[0], extents[3])
    }

    /// The layer with some of its channels.
    func add(
      _ chosen: [Int], name: String, to patch: inout GraphPatch
    ) throws(Diagnostic) -> ValueID {
      let rows = chosen.flatMap { weights[($0 * depth)..<(($0 + 1) * depth)] }
      var operands = inputs
      var filter = Tensor([chosen.count, 1, 1, depth], rows)
      filter.type.quantization = scales.flatMap { scales in
        guard let axis = scales.axis else { return scales }
        return axis == 0
          ? Quantization(scales: chosen.map { scales.scales[$0] }, axis: 0) : nil
      }
      operands[1] = patch.addConstant("\(name)/weights", filter)
      if let bias {
        operands[2] = patch.addConstant(
          "\(name)/bias", Tensor([chosen.count], chosen.map { bias[$0] }))
      }
      return try patch.add(op, inputs: operands, name: "\(name)/channels")
    }
  }
}
