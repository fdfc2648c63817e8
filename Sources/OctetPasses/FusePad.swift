package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Turns explicit padding before a window operator into its padding `same`, where TFLite's rule
/// gives the same border.
///
///     conv_2d(pad(%x, 1 around), padding = valid)                ->   conv_2d(%x, padding = same)
///     max_pool_2d(padv2(%x, lowest around), padding = valid)     ->   max_pool_2d(%x, padding = same)
package struct FusePad: GraphPass {
  package init() {}

  package var name: String { "FusePad" }
  package var summary: String { "turn explicit padding into padding 'same' where it is the same" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard let window = OpCatalog.builtin(node.op)?.traits.window, window.padding == .valid,
      let reach = window.extent ?? filterExtent(node, view),
      let pad = view.producer(of: node.inputs[0]), isNeutral(pad, window.border, view),
      let source = pad.inputs[0], let extents = view.extents(source),
      let paddings = view.ints(pad.inputs[1]), paddings.count == 8,
      paddings[0...1] == [0, 0], paddings[6...7] == [0, 0]
    else { return nil }
    for (axis, extent, stride, dilation) in [
      (1, reach.height, window.stride.height, window.dilation.height),
      (2, reach.width, window.stride.width, window.dilation.width),
    ] {
      let padded = extents[axis] + paddings[2 * axis] + paddings[2 * axis + 1]
      guard
        let same = WindowPadding.same.span(
          input: extents[axis], window: extent, stride: stride, dilation: dilation),
        let valid = WindowPadding.valid.span(
          input: padded, window: extent, stride: stride, dilation: dilation),
        same.output == valid.output, same.before == paddings[2 * axis]
      else { return nil }
    }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(view.graph, "fuse padding of \(name)", replacing: [pad, node])
    patch.replace(
      output,
      with: try patch.add(
        window.withSamePadding, inputs: [source] + node.inputs.dropFirst(), name: name))
    return patch
  }

  /// Height and width of the filter, input 1.
  private func filterExtent(_ node: Node, _ view: GraphView) -> Steps? {
    guard let id = node.inputs[1], let filter = view.extents(id) else { return nil }
    return Steps(filter[1], filter[2])
  }

  /// True when the pad adds what the window operator takes for 'outside the image'.
  private func isNeutral(_ pad: Node, _ border: WindowRule.Border, _ view: GraphView) -> Bool {
    switch border {
    case .zero: return pad.op is Pad
    case .lowest:
      guard pad.op is PadV2, let value = view.floats(pad.inputs[2])?.first else { return false }
      return value <= -Float.greatestFiniteMagnitude
    }
  }
}
