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
    var callsByKey: [String: Int] = [:]
    for (index, call) in model.calls.enumerated() {
      callsByKey["\(model.layers[call.layer].name)/\(call.node)"] = index
    }
    // Call numbers of Keras 3 count from 0 for each layer; older ones may count from elsewhere.
    var onlyCalls: [String: Int] = [:]
    for (index, call) in model.calls.enumerated() {
      let name = model.layers[call.layer].name
      onlyCalls[name] = onlyCalls[name] == nil ? index : -1
    }
    func call(of reference: KerasArchitecture.Reference) -> Int? {
      callsByKey["\(reference.layer)/\(reference.node)"]
        ?? onlyCalls[reference.layer].flatMap { $0 >= 0 ? $0 : nil }
    }
    var results = [[TensorFlowValue]?](repeating: nil, count: model.calls.count)
    func value(_ reference: KerasArchitecture.Reference) -> TensorFlowValue {
      if let input = inputs[reference] { return input }
      guard let index = call(of: reference) else {
        return inputs.first { $0.key.layer == reference.layer }?.value ?? .missing
      }
      guard let values = results[index], values.indices.contains(reference.tensor) else {
        return .missing
      }
      return values[reference.tensor]
    }
    var isOpen = [Bool](repeating: false, count: model.calls.count)
    for reference in wanted {
      guard let root = call(of: reference) else { continue }
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
            guard let next = Self.next(input, inputs, callsByKey, onlyCalls), !isOpen[next] else {
              continue
            }
            stack.append(next)
          }
          continue
        }
        let layer = model.layers[call.layer]
        let own = weights[layer.name]
        results[index] = build(
          layer, call, call.inputs.map { value($0) }, own?.weights ?? KerasStore.Weights(),
          own?.store ?? .empty)
        stack.removeLast()
      }
    }
    return wanted.map { value($0) }
  }

  private static func next(
    _ reference: KerasArchitecture.Reference,
    _ inputs: [KerasArchitecture.Reference: TensorFlowValue], _ calls: [String: Int],
    _ only: [String: Int]
  ) -> Int? {
    if inputs[reference] != nil { return nil }
    return calls["\(reference.layer)/\(reference.node)"]
      ?? only[reference.layer].flatMap { $0 >= 0 ? $0 : nil }
  }

  /// The results of one use of a layer; none, with a note, when it cannot be built.
  private mutating func build(
    _ layer: KerasLayer, _ call: KerasArchitecture.Call, _ values: [TensorFlowValue],
    _ weights: KerasStore.Weights, _ store: KerasStore
  ) -> [TensorFlowValue] {
    let location = Location(op: layer.type, node: layer.name)
    do throws(Diagnostic) {
      if let model = layer.model {
        for case .missing in values { return [] }
        let inputs = Dictionary(zip(model.inputs, values)) { first, _ in first }
        return try run(model, inputs, model.outputs, store)
      }
      begin(layer, weights, location)
      self.call = call
      let mapping = try KerasMapping.find(layer)
      for case .missing in values { return [] }
      let results = try mapping.build(layer, values, &self)
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

  /// The results of a layer within a layer, with the outer one's weights.
  mutating func build(
    _ layer: KerasLayer, _ values: [TensorFlowValue]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    if layer.model != nil {
      throw Diagnostic(.unsupportedParameter, "a model within this layer is not supported")
    }
    return try KerasMapping.find(layer).build(layer, values, &self)
  }
}

extension KerasMapping {
  /// The mapping of a layer. Throws `OCT0301` for a layer that Octet has not, or that is not Keras's own.
  static func find(_ layer: KerasLayer) throws(Diagnostic) -> KerasMapping {
    let isOperation =
      layer.module?.contains(".ops.") == true || KerasMapping.functions.contains(layer.type)
    if isOperation { return try operation(layer) }
    let help =
      "export the model with its graph: model.export(\"folder\"), and convert the folder; it has the "
      + "operators that the layer makes"
    if layer.type == "Lambda" {
      throw Diagnostic(
        .unknownLayer, "the layer '\(layer.name)' is a Lambda: Python code, which is not run",
        help: help)
    }
    guard let mapping = all[layer.type], layer.module?.contains(">") != true else {
      throw Diagnostic(
        .unknownLayer, "the layer class '\(layer.type)' is not supported",
        notes: ["classes that Keras does not have are code that is not in the file"], help: help
      ).suggesting(layer.type, from: all.keys.sorted())
    }
    return mapping
  }
}
