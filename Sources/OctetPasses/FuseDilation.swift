package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Turns a convolution of every b-th pixel, which older TensorFlow writes for a dilated one, into that.
///
///     batch_to_space_nd(conv_2d(space_to_batch_nd(%x, block, paddings)), block, crops)
///       ->   conv_2d(pad(%x, paddings - crops)) {dilation = block}
///
/// A series [N,W,C] has reshapes around the convolution, which then have them around all of it.
package struct FuseDilation: GraphPass {
  package init() {}

  package var name: String { "FuseDilation" }
  package var summary: String { "turn a convolution of every b-th pixel into a dilated one" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard node.op is BatchToSpaceND, let form = Form(node, view) else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(view.graph, "dilate \(name)", replacing: form.nodes + [node])
    var image = try patch.reshaped(
      form.source, form.image, name: "\(name)/image", shape: "\(name)/shape")
    if form.paddings.contains(where: { $0 != 0 }) {
      let paddings = try patch.addList(
        "\(name)/paddings", [0, 0] + form.paddings + [0, 0], extents: [4, 2])
      image = try patch.add(Pad(), inputs: [image, paddings], name: "\(name)/padded")
    }
    let result = try patch.add(
      form.dilated, inputs: [image] + form.convolution.inputs.dropFirst(), name: name)
    guard let extents = view.extents(output),
      Shape.elementCount(extents) == patch[result].type.shape.elementCount
    else { return nil }
    patch.replace(output, with: try patch.reshaped(result, extents, name: name))
    return patch
  }

  /// What was recognized.
  private struct Form {
    let source: ValueID
    let convolution: Node
    let dilated: any BuiltinOp
    /// The extents of the source as an image.
    let image: [Int]
    /// Zeros before and after height and width.
    let paddings: [Int]
    /// The nodes before the last one.
    let nodes: [Node]

    /// - Parameter end: the node that puts the pixels together.
    init?(_ end: Node, _ view: GraphView) {
      let after = view.solelyRead(end.inputs[0], by: Reshape.self)?.node
      guard let result = after.map({ $0.inputs[0] }) ?? end.inputs[0], view.hasOneReader(result),
        let convolution = view.producer(of: result),
        let window = OpCatalog.builtin(convolution.op)?.traits.window,
        let withDilation = window.withDilation, window.stride == .one, window.dilation == .one,
        window.padding == .valid, let entered = convolution.inputs[0]
      else { return nil }
      let before = view.solelyRead(entered, by: Reshape.self)?.node
      guard
        let start = view.solelyRead(
          before.map { $0.inputs[0] } ?? entered, by: SpaceToBatchND.self)?.node,
        let source = start.inputs[0], let extents = view.extents(source),
        let block = view.ints(end.inputs[1]), block == view.ints(start.inputs[1]),
        let padded = view.ints(start.inputs[2]), let cropped = view.ints(end.inputs[2]),
        padded.count == cropped.count, let batches = view.extents(start.outputs[0]),
        let images = view.extents(entered), let results = view.extents(result),
        let joined = end.inputs[0].flatMap({ view.extents($0) })
      else { return nil }
      var (own, steps, paddings) = (extents, block, zip(padded, cropped).map { $0 - $1 })
      if extents.count == 3 {
        // The dimension that makes an image of the series, of one pixel before and after.
        guard
          let axis = [1, 2].first(where: { axis in
            var (image, result) = (batches, joined)
            image.insert(1, at: axis)
            result.insert(1, at: axis)
            return image == images && result == results
          })
        else { return nil }
        own.insert(1, at: axis)
        steps.insert(1, at: axis - 1)
        paddings.insert(contentsOf: [0, 0], at: 2 * (axis - 1))
      } else if images != batches || results != joined {
        return nil
      }
      guard paddings.allSatisfy({ $0 >= 0 }), steps.count == 2 else { return nil }
      self.source = source
      self.convolution = convolution
      self.paddings = paddings
      image = own
      dilated = withDilation(Steps(steps[0], steps[1]))
      nodes = [start, before, convolution, after].compactMap { $0 }
    }
  }
}
