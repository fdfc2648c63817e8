import OctetDiagnostics
import OctetIR
import OctetOps

/// A convolution or dense layer with constant weights, as folding passes see it.
struct WeightedNode {
  let node: Node
  let weights: [Float]
  let bias: [Float]?
  /// The number of output channels and how far apart a channel's next weight lies: weights[i] belongs
  /// to channel `i / step % channels`.
  let channels: Int
  private let step: Int
  /// The dimension of the weights that counts channels.
  private let axis: Int
  /// The inputs that hold the weights and the bias.
  private let position: Int
  private let biasPosition: Int
  private let biasID: ValueID?
  private let view: GraphView

  /// Nil unless `id` is made by such a layer without activation and read by one node alone.
  init?(making id: ValueID?, in view: GraphView) {
    guard let id, view.hasOneReader(id), let node = view.producer(of: id),
      OpCatalog.builtin(node.op)?.traits.clamp.activation == FusedActivation.none,
      case .int8(let rule) = node.op.quantization,
      let (position, axis) = rule.weights, let biasPosition = rule.bias,
      position < node.inputs.count, let weightsID = node.inputs[position],
      let weights = view.floats(weightsID), let extents = view.extents(weightsID)
    else { return nil }
    let biasID = biasPosition < node.inputs.count ? node.inputs[biasPosition] : nil
    let bias = view.floats(biasID)
    if biasID != nil, bias == nil { return nil }
    self.node = node
    self.position = position
    self.biasPosition = biasPosition
    self.biasID = biasID
    self.weights = weights
    self.bias = bias
    self.view = view
    self.axis = axis
    channels = extents[axis]
    step = extents[(axis + 1)...].reduce(1, *)
  }

  /// The values of a constant that gives one number for each output channel, or one for all, and that
  /// does not widen the layer's result when it is broadcast.
  func perChannel(_ constant: ValueID?) -> [Float]? {
    guard let constant, let values = view.floats(constant), let extents = view.extents(constant),
      extents.count <= view.graph[node.outputs[0]].type.shape.rank
    else { return nil }
    if values.count == 1 { return [Float](repeating: values[0], count: channels) }
    return values.count == channels && extents.last == channels ? values : nil
  }

  /// The layer with every channel's weights and bias multiplied by `scale` and its result clamped,
  /// writing under `name`.
  func scaled(
    by scale: [Float], _ clamp: FusedActivation, name: String, in patch: inout GraphPatch
  ) throws(Diagnostic) -> ValueID {
    var newWeights = weights
    for i in newWeights.indices { newWeights[i] *= scale[i / step % channels] }
    let newBias = bias.map { zip($0, scale).map { $0 * $1 } }
    return try rebuilt(
      (newWeights, scales(times: scale)), newBias, clamp, name, &patch)
  }

  /// The layer with `offset` added to its bias and its result clamped.
  func shifted(
    by offset: [Float], _ clamp: FusedActivation, name: String, in patch: inout GraphPatch
  ) throws(Diagnostic) -> ValueID {
    let newBias = zip(bias ?? [Float](repeating: 0, count: channels), offset).map { $0 + $1 }
    return try rebuilt(nil, newBias, clamp, name, &patch)
  }

  /// The scales of weights that training has rounded, of weights `factor` times as large.
  private func scales(times factor: [Float]) -> Quantization? {
    guard let id = node.inputs[position], let old = view.graph[id].type.quantization,
      old.axis == nil || old.axis == axis
    else { return nil }
    let scales = factor.enumerated().map { channel, factor in
      let scale = old.axis == nil ? old.scale : old.scales[channel]
      // Zeros are multiples of any scale.
      return (scale * abs(factor)).isNormal ? scale * abs(factor) : scale
    }
    return Quantization(scales: scales, axis: axis)
  }

  private func rebuilt(
    _ newWeights: (values: [Float], scales: Quantization?)?, _ newBias: [Float]?,
    _ clamp: FusedActivation, _ name: String,
    _ patch: inout GraphPatch
  ) throws(Diagnostic) -> ValueID {
    guard let op = OpCatalog.builtin(node.op), case .fused(_, let clamped) = op.traits.clamp,
      let weightsID = node.inputs[position]
    else {
      preconditionFailure("the initializer has seen the operator and its weights")
    }
    var inputs = Array(node.inputs.prefix(biasPosition))
    if let newWeights {
      let old = view.graph[weightsID]
      inputs[position] = patch.addConstant(
        old.name,
        Tensor(
          TensorType(.float32, old.type.shape, quantization: newWeights.scales),
          Storage(newWeights.values)))
    }
    if let newBias {
      let oldName = biasID.map { view.graph[$0].name }
      inputs.append(patch.addConstant(oldName ?? "\(name)/bias", Tensor([channels], newBias)))
    }
    return try patch.add(clamped(clamp), inputs: inputs, name: name)
  }
}
