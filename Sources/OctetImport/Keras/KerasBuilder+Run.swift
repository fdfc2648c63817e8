import OctetDiagnostics
import OctetIR

extension KerasBuilder {
  /// The values of `wanted` in a model, whose layers are built in the order of what they read; only those that are
  /// needed. What is wrong with a layer is noted, and what depends on it is not built.
  mutating func run(
    _ model: KerasArchitecture, _ inputs: [KerasArchitecture.Reference: TensorFlowValue],
    _ wanted: [KerasArchitecture.Reference], _ store: KerasStore
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let weights = try store.resolve(model)
    var results = [[TensorFlowValue]?](repeating: nil, count: model.calls.count)
    func value(_ reference: KerasArchitecture.Reference) -> TensorFlowValue {
      if let input = inputs[reference] { return input }
      guard let index = model.place(of: reference) else {
        return inputs.first { $0.key.layer == reference.layer }?.value ?? .missing
      }
      guard let values = results[index], values.indices.contains(reference.tensor) else {
        return .missing
      }
      return values[reference.tensor]
    }
    var isOpen = [Bool](repeating: false, count: model.calls.count)
    for reference in wanted {
      guard inputs[reference] == nil, let root = model.place(of: reference) else { continue }
      var stack = [root]
      while let index = stack.last {
        if results[index] != nil {
          stack.removeLast()
          continue
        }
        let call = model.calls[index]
        if !isOpen[index] {
          isOpen[index] = true
          for input in call.inputs.reversed() {
            guard inputs[input] == nil, let next = model.place(of: input), !isOpen[next] else {
              continue
            }
            stack.append(next)
          }
          continue
        }
        let layer = model.layers[call.layer]
        let own = weights[layer.name]
        let values = call.inputs.map { value($0) }
        let made = build(
          layer, call, values, own?.weights ?? KerasStore.Weights(), own?.store ?? .empty)
        trace?.add(Location(op: layer.type, node: layer.name), values, made, graph.graph)
        results[index] = made
        stack.removeLast()
      }
    }
    return wanted.map { value($0) }
  }

  /// The results of one use of a layer; none, with a note, when it cannot be built.
  private mutating func build(
    _ layer: KerasLayer, _ call: KerasArchitecture.Call, _ values: [TensorFlowValue],
    _ weights: KerasStore.Weights, _ store: KerasStore
  ) -> [TensorFlowValue] {
    let location = Location(op: layer.type, node: layer.name)
    do throws(Diagnostic) {
      built += 1
      guard built <= Self.mostLayers, graph.graph.nodes.count <= Self.mostNodes else {
        throw Diagnostic(
          .unsupportedParameter, "the model has too many layers",
          notes: ["models within models count each time that they are used"])
      }
      if layer.model != nil {
        try refuseTraining(call)
        for case .missing in values { return [] }
        return try run(layer, values, store)
      }
      begin(layer, weights, store, location)
      self.call = call
      let mapping = try KerasMapping.find(layer)
      var values = values
      let isMissing = values.contains { if case .missing = $0 { true } else { false } }
      let given = takeMask(&values, for: layer, call)
      defer { if let given { masks[given.of] = given.before } }
      if !layer.isFunction {
        if !mapping.arguments.contains("training") { try refuseTraining(call) }
        try refuseArguments(
          call, besides: given == nil ? mapping.arguments : mapping.arguments.union(["mask"]))
      }
      try refuseQuantized(layer)
      if isMissing { return [] }
      let results = try mapping.build(layer, values, &self)
      try passMask(of: values, by: layer, to: results)
      notePrecision(layer, location)
      guard weightsLeft == 0 else {
        throw Diagnostic(
          .weightsMismatch, "the file has \(weightsLeft) more weights for the layer than it takes")
      }
      return results
    } catch {
      note(error.located(location), layer)
      return []
    }
  }

  /// The results of a model that is a layer.
  private mutating func run(
    _ layer: KerasLayer, _ values: [TensorFlowValue], _ store: KerasStore
  ) throws(Diagnostic) -> [TensorFlowValue] {
    guard let model = layer.model else { return [] }
    guard model.inputs.count == values.count else {
      throw Diagnostic(
        .invalidKeras,
        "the model reads \(counted(model.inputs.count, "tensor")) and is given \(values.count)")
    }
    let inputs = Dictionary(zip(model.inputs, values)) { first, _ in first }
    return try run(model, inputs, model.outputs, store)
  }

  /// The results of a layer within a layer, with the outer one's weights.
  ///
  /// - Parameter part: where the weights of a model within the layer are in the layer's own.
  mutating func build(
    _ layer: KerasLayer, _ values: [TensorFlowValue], part: String = "layer"
  ) throws(Diagnostic) -> [TensorFlowValue] {
    try refuseQuantized(layer)
    guard let model = layer.model else {
      return try KerasMapping.find(layer).build(layer, values, &self)
    }
    let outer = present
    let weights = KerasStore.Weights(tensors: outer.weights)
    let results = try run(layer, values, try outer.store.part(part, of: layer, weights))
    resume(outer)
    guard results.count == model.outputs.count, !results.isEmpty else {
      throw Diagnostic(.invalidKeras, "the model within the layer makes nothing")
    }
    for case .missing in results {
      throw Diagnostic(
        .unsupportedParameter, "the model within the layer cannot be built; see its own layers")
    }
    return results
  }

  // MARK: What a call is given

  /// Refuses a layer that the model calls as in training.
  private func refuseTraining(_ call: KerasArchitecture.Call) throws(Diagnostic) {
    guard case .value(let value)? = call.arguments["training"], value.isTrue else { return }
    throw Diagnostic(
      .trainingLeftover, "the layer is called with training=True",
      help: "build the model without it, and load the weights: Keras passes the mode by itself")
  }

  /// Refuses what a layer was given beside its tensors and would compute with.
  private func refuseArguments(
    _ call: KerasArchitecture.Call, besides known: Set<String>
  ) throws(Diagnostic) {
    for (name, operand) in call.arguments.sorted(by: { $0.key < $1.key }) {
      guard !known.contains(name), name != "training" else { continue }
      if case .value(let value) = operand, value.isNull || value.bool == false { continue }
      // A layer's only tensor may be given by its name.
      if case .tensor = operand, ["inputs", "sequences", "x"].contains(name) { continue }
      throw Diagnostic(
        .unsupportedParameter, "the layer is called with '\(name)', which is not supported",
        help: "export the model with its graph: model.export(\"folder\"), and convert the folder")
    }
    for case .value(let value) in call.operands where !value.isNull && value.bool != false {
      throw Diagnostic(
        .unsupportedParameter, "the layer is called with a value beside its tensors",
        help: "export the model with its graph: model.export(\"folder\"), and convert the folder")
    }
  }

  /// Refuses a layer whose weights Keras has quantized.
  private func refuseQuantized(_ layer: KerasLayer) throws(Diagnostic) {
    let mode =
      layer.config["quantization_config"] ?? layer.config["quantization_mode"]
      ?? layer.config["dtype"]?["config"]?["mode"]
    let isQuantized = layer.config["dtype"]?["class_name"]?.text?.hasPrefix("Quantized") == true
    guard mode != nil || isQuantized else { return }
    throw Diagnostic(
      .unsupportedParameter, "Keras has quantized the layer",
      help: "save the model before model.quantize(), and let octet quantize it")
  }
}
