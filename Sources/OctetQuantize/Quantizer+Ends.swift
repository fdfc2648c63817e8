import OctetIR
import OctetOps

/// The inputs and outputs of the model.
extension Quantizer {
  mutating func addInput(_ input: ValueID) {
    let wanted = readers(of: input).map { type(of: input, as: $0) }
    let outer = interface(input, wanted[0], options.inputType)
    let name = source[input].name
    let id = result.add(Value(name: name, type: outer))
    result.inputs.append(id)
    forms[input.index] = wanted.map { type in
      type == outer ? id : converted(id, to: type, named: "\(name)/\(type.element.name)", [])
    }
  }

  mutating func addOutput(_ output: ValueID) {
    var id = forms[output.index].first ?? constantOutput(output)
    let name = source[output].name
    let outer = interface(output, result[id].type, options.outputType)
    if outer.element == .uint8, result[id].type.element == .int16,
      let narrow = form(of: output, as: type(of: output, as: .int8), [])
    {
      // TFLite has no conversion from int16 to uint8.
      id = narrow
    }
    let inner = result[id].type
    if outer != inner {
      if !result.inputs.contains(id) { result[id].name = "\(name)/\(inner.element.name)" }
      if let shared = forms[output.index].first(where: { result[$0].type == outer }) {
        result[shared].name = name
        id = shared
      } else {
        id = converted(id, to: outer, named: name, [])
      }
    }
    result.outputs.append(id)
  }

  /// A constant that is an output of the graph, with the parameters of its own range.
  mutating func constantOutput(_ id: ValueID) -> ValueID {
    let value = source[id]
    guard let storage = value.constant else {
      preconditionFailure("every output of a verified graph is made or constant")
    }
    guard value.type.element == .float32 else { return result.add(value) }
    let tensor = Tensor(value.type, storage)
    let precision: LayerPrecision = options.outputType == .int16 ? .int16 : .int8
    return result.addConstant(
      value.name, precision.constant(tensor, precision.quantization(of: tensor)))
  }
}
