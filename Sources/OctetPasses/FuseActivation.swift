package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Lets the operator before a ReLU or ReLU6 clamp its own result.
///
///     relu(conv_2d(%x, %w, %b))   ->   conv_2d(%x, %w, %b) {activation = relu}
package struct FuseActivation: GraphPass {
  package init() {}

  package var name: String { "FuseActivation" }
  package var summary: String { "let operators clamp their own result" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    let activation: FusedActivation
    switch node.op {
    case is ReLU: activation = .relu
    case is ReLU6: activation = .relu6
    default: return nil
    }
    guard let input = node.inputs[0], view.hasOneReader(input),
      let producer = view.producer(of: input), let fused = fuse(producer.op, activation)
    else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(
      view.graph, "fuse \(node.op.name) into \(producer.op.name) of \(name)",
      replacing: [producer, node])
    patch.replace(output, with: try patch.add(fused, inputs: producer.inputs, name: name))
    return patch
  }

  private func fuse(_ op: any Op, _ activation: FusedActivation) -> (any BuiltinOp)? {
    switch op {
    case let op as Conv2D where op.activation == .none:
      Conv2D(
        stride: op.stride, dilation: op.dilation, padding: op.padding, activation: activation)
    case let op as DepthwiseConv2D where op.activation == .none:
      DepthwiseConv2D(
        stride: op.stride, dilation: op.dilation, depthMultiplier: op.depthMultiplier,
        padding: op.padding, activation: activation)
    case let op as FullyConnected where op.activation == .none:
      FullyConnected(activation: activation, keepsDimensions: op.keepsDimensions)
    case let op as Add where op.activation == .none: Add(activation: activation)
    case let op as Mul where op.activation == .none: Mul(activation: activation)
    default: nil
    }
  }
}

/// Moves a ReLU or ReLU6 before a max pool, where the operator before the pool can take it up. The
/// largest of clamped values is the clamped largest value, and int8 codes are not spent on what the
/// ReLU cuts off.
///
///     relu(max_pool_2d(conv_2d(%x)))   ->   max_pool_2d(relu(conv_2d(%x)))
package struct HoistActivation: GraphPass {
  package init() {}

  package var name: String { "HoistActivation" }
  package var summary: String { "move activations before max pools" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard node.op is ReLU || node.op is ReLU6, let clamp = OpCatalog.builtin(node.op),
      let (poolNode, pool) = view.solelyRead(node.inputs[0], by: MaxPool2D.self),
      pool.activation == .none,
      WeightedNode(making: poolNode.inputs[0], in: view) != nil,
      let data = poolNode.inputs[0]
    else { return nil }
    let output = node.outputs[0]
    let name = view.graph[output].name
    var patch = GraphPatch(
      view.graph, "move \(node.op.name) before the pool of \(name)", replacing: [poolNode, node])
    let clamped = try patch.add(clamp, inputs: [data], name: view.graph[data].name)
    patch.replace(output, with: try patch.add(pool, inputs: [clamped], name: name))
    return patch
  }
}
