package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Turns rows and columns that are each repeated, as Keras 3 enlarges images, into a resize by the nearest pixels.
///
///     reshape(tile(reshape(tile(reshape(%x: [n,h,w,c])))))   ->   resize_nearest_neighbor(%x, [h·a, w·b])
///     [n,h,1,w,c] to [n,h,a,w,c] to [n,h·a,w,1,c] to [n,h·a,w,b,c] to [n,h·a,w·b,c]
package struct FuseRepeat: GraphPass {
  package init() {}

  package var name: String { "FuseRepeat" }
  package var summary: String { "turn repeated rows and columns into a resize by nearest pixels" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard node.op is Reshape,
      let columns = view.solelyRead(node.inputs[0], by: Tile.self)?.node,
      let between = view.solelyRead(columns.inputs[0], by: Reshape.self)?.node,
      let rows = view.solelyRead(between.inputs[0], by: Tile.self)?.node,
      let first = view.solelyRead(rows.inputs[0], by: Reshape.self)?.node,
      let image = first.inputs[0], view.graph[image].type.element == .float32,
      let extents = view.extents(image), extents.count == 4,
      let target = view.extents(node.outputs[0]), target.count == 4,
      extents[1] > 0, extents[2] > 0
    else { return nil }
    let (n, h, w, c) = (extents[0], extents[1], extents[2], extents[3])
    let (a, b) = (target[1] / h, target[2] / w)
    let stages = [
      (first, [n, h, 1, w, c]), (rows, [n, h, a, w, c]), (between, [n, h * a, w, 1, c]),
      (columns, [n, h * a, w, b, c]), (node, [n, h * a, w * b, c]),
    ]
    guard stages.allSatisfy({ view.extents($0.0.outputs[0]) == $0.1 }) else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(view.graph, "resize to \(name)", replacing: stages.map { $0.0 })
    let size = patch.addConstant(
      "\(name)/size", Tensor([2], int32: [h * a, w * b].map { Int32($0) }))
    // Without half pixels, places are computed with a rounded reciprocal of other factors.
    let isExact = [a, b].allSatisfy { $0 & ($0 - 1) == 0 }
    patch.replace(
      output,
      with: try patch.add(
        ResizeNearestNeighbor(halfPixelCenters: !isExact), inputs: [image, size], name: name))
    return patch
  }
}
