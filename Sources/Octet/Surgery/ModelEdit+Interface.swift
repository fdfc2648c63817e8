import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

extension Graph {
  /// Gives an input of real numbers another type, with an operator that converts it where the model has none that can be
  /// left out.
  ///
  /// - Returns: what has changed, a line; nothing for an input that has the type or holds no real numbers.
  /// - Throws: `OCT0924` where nothing tells the codes that the numbers would have.
  mutating func setInput(_ place: Int, _ wanted: InterfaceType) throws(Diagnostic) -> [String] {
    let inner = inputs[place]
    let value = self[inner]
    guard value.type.isReal, value.type.element != wanted.element else { return [] }
    let quantizing = nodes.indices.filter { index in
      nodes[index].op is Quantize && nodes[index].inputs[0] == inner
    }
    let codes =
      value.type.isQuantized
      ? value.type : quantizing.first.map { self[nodes[$0].outputs[0]].type }
    let type = try codes.converted(to: wanted, of: value, "input", "reads it as codes")
    let outer = add(Value(name: value.name, type: type))
    inputs[place] = outer
    self[inner].name = "\(value.name)/\(value.type.element.name)"
    for index in value.type.isQuantized ? [] : quantizing {
      let made = self[nodes[index].outputs[0]].type
      // Other scales are rounded from the real numbers, as before.
      guard made.quantization?.scale == type.quantization?.scale else { continue }
      nodes[index].inputs[0] = outer
      if made == type { replace(nodes[index].outputs[0], with: outer) }
    }
    let op: any Op = value.type.isQuantized ? Quantize(value.type.element) : Dequantize()
    nodes.insert(Node(op, inputs: [outer], outputs: [inner]), at: 0)
    return ["input '\(value.name)' is \(type.text), not \(value.type.text)"]
  }

  /// As `setInput`, for an output.
  mutating func setOutput(_ place: Int, _ wanted: InterfaceType) throws(Diagnostic) -> [String] {
    let inner = outputs[place]
    let value = self[inner]
    guard value.type.isReal, value.type.element != wanted.element, value.constant == nil else {
      return []
    }
    var source = inner
    if !value.type.isQuantized, let maker = producers()[inner.index],
      nodes[maker].op is Dequantize, let codes = nodes[maker].inputs[0]
    {
      source = codes
    }
    let codes = self[source].type
    let type = try (codes.isQuantized ? codes : nil)
      .converted(to: wanted, of: value, "output", "makes it of codes")
    if !inputs.contains(inner) { self[inner].name = "\(value.name)/\(value.type.element.name)" }
    if codes == type, !inputs.contains(source), !outputs.contains(source) {
      self[source].name = value.name
      outputs[place] = source
    } else {
      let outer = add(Value(name: value.name, type: type))
      let op: any Op = type.isQuantized ? Quantize(type.element) : Dequantize()
      nodes.append(Node(op, inputs: [source], outputs: [outer]))
      outputs[place] = outer
    }
    return ["output '\(value.name)' is \(type.text), not \(value.type.text)"]
  }

  /// Forgets where the operators come from.
  mutating func dropProvenance() {
    for index in nodes.indices { nodes[index].provenance = [] }
    for index in subgraphs.indices { subgraphs[index].dropProvenance() }
  }

  /// Lets everything that reads `old` read `new`.
  private mutating func replace(_ old: ValueID, with new: ValueID) {
    for index in nodes.indices where nodes[index].outputs.first != old {
      nodes[index].inputs = nodes[index].inputs.map { $0 == old ? new : $0 }
    }
    outputs = outputs.map { $0 == old ? new : $0 }
  }
}

extension InterfaceType {
  fileprivate var element: ElementType {
    switch self {
    case .int8: .int8
    case .uint8: .uint8
    case .int16: .int16
    case .float32: .float32
    }
  }
}

extension TensorType {
  /// Whether it holds real numbers, as they are or as codes of activations.
  fileprivate var isReal: Bool {
    element == .float32 || isQuantized && [.int8, .uint8, .int16].contains(element)
  }
}

extension TensorType? {
  /// The type with these codes' real numbers: float32, or the same codes, which uint8 counts from 128 more.
  ///
  /// Throws `OCT0924`.
  fileprivate func converted(
    to wanted: InterfaceType, of value: Value, _ end: String, _ missing: String
  ) throws(Diagnostic) -> TensorType {
    guard let codes = self, let quantization = codes.quantization, quantization.axis == nil else {
      throw Diagnostic(
        .invalidEdit,
        "\(end) '\(value.name)' cannot be \(wanted.rawValue): no operator \(missing)",
        notes: ["so nothing tells the scale of its codes"],
        help: "quantize the model: octet convert --int8 --\(end)-type \(wanted.rawValue)",
        tensors: [value.text])
    }
    let shift: Int32
    switch (codes.element, wanted.element) {
    case (_, .float32): return TensorType(.float32, codes.shape)
    case (let from, let to) where from == to: return codes
    case (.int8, .uint8): shift = 128
    case (.uint8, .int8): shift = -128
    default:
      throw Diagnostic(
        .invalidEdit,
        "\(end) '\(value.name)' cannot be \(wanted.rawValue): its codes are \(codes.element.name)",
        help: "quantize the model again with --\(end)-type \(wanted.rawValue)",
        tensors: [value.text])
    }
    return TensorType(
      wanted.element, codes.shape,
      quantization: Quantization(
        scale: quantization.scale, zeroPoint: quantization.zeroPoint + shift))
  }
}
