import OctetDiagnostics
import OctetIR

/// Layers in their own precision, and their constants.
extension Quantizer {
  mutating func add(_ index: Int) throws(Diagnostic) {
    let node = source.nodes[index]
    if node.isTrainedRounding { return addRounding(node, layers.outputs[index]) }
    let precision = layers.precisions[index]
    let inputs =
      precision == .float32 ? floatInputs(node) : try codedInputs(node, precision)
    if !node.subgraphs.isEmpty { result.subgraphs = source.subgraphs }
    let stored = layers.outputs[index]
    var outputs: [ValueID] = []
    for id in node.outputs {
      let name = source[id].name
      let isConverted = type(of: id, as: precision) != type(of: id, as: stored)
      let value = result.add(
        Value(
          name: isConverted ? "\(name)/\(precision.rawValue)" : name,
          type: type(of: id, as: precision)))
      outputs.append(value)
      forms[id.index] = [value]
    }
    result.nodes.append(
      Node(node.op, inputs: inputs, outputs: outputs, provenance: node.provenance))
    for (id, value) in zip(node.outputs, outputs) {
      let wanted = type(of: id, as: stored)
      guard result[value].type != wanted else { continue }
      forms[id.index] = [
        converted(value, to: wanted, named: source[id].name, node.provenance)
      ]
    }
  }

  private mutating func floatInputs(_ node: Node) -> [ValueID?] {
    var inputs = [ValueID?](repeating: nil, count: node.inputs.count)
    for (index, input) in node.inputs.enumerated() {
      guard let input else { continue }
      inputs[index] =
        source[input].constant != nil
        ? result.add(source[input])
        : form(of: input, as: source[input].type, node.provenance)
    }
    return inputs
  }

  private mutating func codedInputs(
    _ node: Node, _ precision: LayerPrecision
  ) throws(Diagnostic) -> [ValueID?] {
    guard let rule = node.int8Rule else { preconditionFailure("the operator has been refused") }
    let output = type(of: node.outputs[0], as: precision)
    var inputs = [ValueID?](repeating: nil, count: node.inputs.count)
    let weights = node.inputs.indices.first {
      if case .weights = rule.input($0) { return node.inputs[$0] != nil }
      return false
    }
    for (index, input) in node.inputs.enumerated() {
      guard let input else { continue }
      guard source[input].constant != nil else {
        var wanted = type(of: input, as: precision)
        // Requantized where the operator wants all of one scale.
        if rule.output == .unified, wanted.quantization != nil {
          wanted.quantization = output.quantization
        }
        inputs[index] = form(of: input, as: wanted, node.provenance)
        continue
      }
      switch rule.input(index) {
      case .index: inputs[index] = result.add(source[input])
      case .activation: inputs[index] = try constant(input, rule, output, node, precision)
      case .weights, .bias: continue
      }
    }
    if let weights { addWeights(weights, node, rule, precision, &inputs) }
    return inputs
  }

  /// What training rounds is rounded by its scale. Only an operand of another scale needs an operator, and one that
  /// has a name of its own as the model's input or output.
  private mutating func addRounding(_ node: Node, _ precision: LayerPrecision) {
    guard let input = node.inputs[0], let stored = forms[input.index].first else { return }
    let id = node.outputs[0]
    let wanted = type(of: id, as: precision)
    let isOutput = source.outputs.contains(id)
    let isNamed = source.inputs.contains(input) || source.outputs.contains(input)
    guard let present = forms[input.index].first(where: { result[$0].type == wanted }),
      !(isOutput && isNamed) || precision == .float32
    else {
      forms[id.index] = [converted(stored, to: wanted, named: source[id].name, node.provenance)]
      return
    }
    if isOutput, !isNamed { result[present].name = source[id].name }
    forms[id.index] = [present]
  }

  /// A constant operand: of the operator's scale where it has one for all, else of its own range.
  private mutating func constant(
    _ id: ValueID, _ rule: Int8Rule, _ output: TensorType, _ node: Node,
    _ precision: LayerPrecision
  ) throws(Diagnostic) -> ValueID? {
    let value = source[id]
    guard let storage = value.constant else { return nil }
    guard value.type.element == .float32 else { return result.add(value) }
    let tensor = Tensor(value.type, storage)
    let own = precision.quantization(of: tensor)
    let quantization: Quantization
    switch rule.output {
    case .likeInput:
      quantization = output.quantization ?? own
      // The lowest number stands for 'outside the image': any code below all others will do.
      let beyond = storage.array(of: Float.self).first {
        abs($0) < .greatestFiniteMagnitude && !quantization.reaches($0, precision)
      }
      if let beyond {
        throw source.described(
          Diagnostic(
            .noInt8Form,
            "the constant \(beyond) of '\(node.op.name)' lies beyond the range of its input",
            notes: ["\(precision.rawValue) has one scale for both, so it would be clamped"],
            helps: [
              .init(
                "keep the layer in float32",
                arguments: ["--precision", "\(source[node.outputs[0]].name)=float32"]),
              .init("or convert without --int8, or cut the model before it with --outputs"),
            ]), node)
      }
    case .unified: quantization = output.quantization ?? own
    case .calibrated, .fixed, .trained: quantization = own
    }
    return result.addConstant(value.name, precision.constant(tensor, quantization))
  }

  private mutating func addWeights(
    _ index: Int, _ node: Node, _ rule: Int8Rule, _ precision: LayerPrecision,
    _ inputs: inout [ValueID?]
  ) {
    guard case .weights(let axis) = rule.input(index), let id = node.inputs[index],
      let storage = source[id].constant, let data = node.int8Data,
      let inputScale = plans[precision]?.quantizations[data.index]?.scale
    else { return }
    var bias: (index: Int, id: ValueID, tensor: Tensor)?
    for (position, input) in node.inputs.enumerated() where rule.input(position) == .bias {
      if let input, let contents = source[input].constant {
        bias = (position, input, Tensor(source[input].type, contents))
      }
    }
    let minimum = bias.map {
      WeightQuantizer.minimumScales(
        bias: $0.tensor.storage.array(of: Float.self), inputScale: inputScale, precision)
    }
    let (weights, raised, isTrained) = WeightQuantizer.weights(
      Tensor(source[id].type, storage), axis: axis, isOne: options.weightScales == .perTensor,
      minimumScales: minimum)
    if isTrained { trainedWeights += 1 }
    if !raised.isEmpty {
      log.add(
        source.described(
          Diagnostic(
            .weightScaleRaised,
            "the weight scale of \(raised.count) channels was raised so that their bias fits int32",
            notes: [
              "channels: "
                + bounded(raised.map { "\($0.channel) (costs \($0.decibels) dB)" })
                .joined(separator: ", ")
            ]), node))
    }
    inputs[index] = result.addConstant(source[id].name, weights)
    if let bias {
      inputs[bias.index] = result.addConstant(
        source[bias.id].name,
        WeightQuantizer.bias(
          bias.tensor, inputScale: inputScale,
          weightScales: weights.type.quantization?.scales ?? [], precision))
    }
  }
}
