package import OctetDiagnostics
package import OctetIR
import OctetOps

/// The type of a quantized model's inputs or outputs.
public enum InterfaceType: String, Sendable, CaseIterable {
  case int8
  case uint8
  case float32
}

/// Turns a float graph into a full-integer one: int8 activations, int8 weights with a scale for each
/// output channel, int32 bias.
///
/// Source: TFLite's 8-bit quantization specification.
package struct Quantizer {
  private let source: Graph
  private let plan: ScalePlan
  private let log: DiagnosticLog
  private var result: Graph
  private var mapped: [ValueID?]

  /// - Throws: `DiagnosticFailure` after logging `OCT0502`, `OCT0504`, `OCT0505` or `OCT0510`.
  package static func quantize(
    _ graph: Graph, _ table: CalibrationTable, inputType: InterfaceType, outputType: InterfaceType,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Graph {
    try graph.requireInt8Forms(log)
    try graph.requireFiniteConstants(log)
    let plan = try ScalePlan(graph, table, log: log)
    var quantizer = Quantizer(graph, plan, log)
    do {
      try quantizer.build(inputType, outputType)
    } catch {
      throw log.failure(error)
    }
    let problems = DiagnosticLog()
    guard quantizer.result.verify(into: problems) else {
      throw log.failure(
        Diagnostic(
          .passBrokeGraph, "the quantizer made a graph that does not verify",
          notes: problems.diagnostics.map { $0.message }, help: "this is a fault of Octet"))
    }
    return quantizer.result
  }

  private init(_ source: Graph, _ plan: ScalePlan, _ log: DiagnosticLog) {
    self.source = source
    self.plan = plan
    self.log = log
    result = Graph(name: source.name)
    mapped = [ValueID?](repeating: nil, count: source.values.count)
  }

  private mutating func build(
    _ inputType: InterfaceType, _ outputType: InterfaceType
  ) throws(Diagnostic) {
    for input in source.inputs {
      let inner = type(of: input)
      let outer = inner.interface(inputType)
      let name = source[input].name
      let id = result.add(Value(name: name, type: outer))
      result.inputs.append(id)
      mapped[input.index] = id
      if outer != inner {
        let value = result.add(Value(name: "\(name)/int8", type: inner))
        result.nodes.append(Node(Quantize(), inputs: [id], outputs: [value]))
        mapped[input.index] = value
      }
    }
    for node in source.nodes { try add(node) }
    for output in source.outputs {
      var id = mapped[output.index] ?? constantOutput(output)
      let inner = result[id].type
      let outer = inner.interface(outputType)
      if outer != inner {
        let name = source[output].name
        if !result.inputs.contains(id) { result[id].name = "\(name)/int8" }
        let value = result.add(Value(name: name, type: outer))
        let op: any Op = outputType == .float32 ? Dequantize() : Quantize(.uint8)
        result.nodes.append(Node(op, inputs: [id], outputs: [value]))
        id = value
      }
      result.outputs.append(id)
    }
    result.compact()
    result.makeNamesUnique()
  }

  /// A constant that is an output of the graph, with the parameters of its own range.
  private mutating func constantOutput(_ id: ValueID) -> ValueID {
    let value = source[id]
    guard let storage = value.constant else {
      preconditionFailure("every output of a verified graph is made or constant")
    }
    guard value.type.element == .float32 else { return result.add(value) }
    let values = storage.array(of: Float.self)
    return result.addConstant(
      value.name,
      WeightQuantizer.activation(
        Tensor(value.type, storage),
        .asymmetricInt8(low: values.min() ?? 0, high: values.max() ?? 0)))
  }

  /// The int8 type of an activation.
  private func type(of id: ValueID) -> TensorType {
    let type = source[id].type
    guard let quantization = plan.quantizations[id.index] else { return type }
    return TensorType(.int8, type.shape, quantization: quantization)
  }

  private mutating func add(_ node: Node) throws(Diagnostic) {
    guard let rule = node.int8Rule else { preconditionFailure("the plan has refused the operator") }
    let output = type(of: node.outputs[0])
    var inputs = [ValueID?](repeating: nil, count: node.inputs.count)
    let weights = node.inputs.indices.first {
      if case .weights = rule.input($0) { return node.inputs[$0] != nil }
      return false
    }
    for (index, input) in node.inputs.enumerated() {
      guard let input else { continue }
      guard source[input].constant != nil else {
        inputs[index] = activation(input, rule, output, node)
        continue
      }
      switch rule.input(index) {
      case .index: inputs[index] = result.add(source[input])
      case .activation: inputs[index] = try constant(input, rule, output, node)
      case .weights, .bias: continue
      }
    }
    if let weights { addWeights(weights, node, rule, &inputs) }
    for id in node.outputs {
      mapped[id.index] = result.add(Value(name: source[id].name, type: type(of: id)))
    }
    result.nodes.append(
      Node(
        node.op, inputs: inputs, outputs: node.outputs.compactMap { mapped[$0.index] },
        provenance: node.provenance))
  }

  /// The int8 form of an input, requantized where the operator wants all of one scale.
  private mutating func activation(
    _ id: ValueID, _ rule: Int8Rule, _ output: TensorType, _ node: Node
  ) -> ValueID? {
    guard let present = mapped[id.index] else { return nil }
    let type = result[present].type
    guard rule.output == .unified, type.quantization != nil,
      type.quantization != output.quantization
    else { return present }
    let wanted = TensorType(type.element, type.shape, quantization: output.quantization)
    let value = result.add(Value(name: "\(source[id].name)/requantized", type: wanted))
    result.nodes.append(
      Node(Quantize(), inputs: [present], outputs: [value], provenance: node.provenance))
    return value
  }

  /// A constant operand: of the operator's scale where it has one for all, else of its own range.
  private mutating func constant(
    _ id: ValueID, _ rule: Int8Rule, _ output: TensorType, _ node: Node
  ) throws(Diagnostic) -> ValueID? {
    let value = source[id]
    guard let storage = value.constant else { return nil }
    guard value.type.element == .float32 else { return result.add(value) }
    let tensor = Tensor(value.type, storage)
    let values = storage.array(of: Float.self)
    let own = Quantization.asymmetricInt8(low: values.min() ?? 0, high: values.max() ?? 0)
    let quantization: Quantization
    switch rule.output {
    case .likeInput:
      quantization = output.quantization ?? own
      // The lowest number stands for 'outside the image': any code below all others will do.
      let beyond = values.first {
        abs($0) < .greatestFiniteMagnitude && !quantization.reaches($0)
      }
      if let beyond {
        throw source.described(
          Diagnostic(
            .noInt8Form,
            "the constant \(beyond) of '\(node.op.name)' lies beyond the range of its input",
            notes: ["int8 has one scale for both, so it would be clamped"],
            help: "convert without --int8, or cut the model before it with --outputs"), node)
      }
    case .unified: quantization = output.quantization ?? own
    case .calibrated, .fixed: quantization = own
    }
    return result.addConstant(value.name, WeightQuantizer.activation(tensor, quantization))
  }

  private mutating func addWeights(
    _ index: Int, _ node: Node, _ rule: Int8Rule, _ inputs: inout [ValueID?]
  ) {
    guard case .weights(let axis) = rule.input(index), let id = node.inputs[index],
      let storage = source[id].constant, let data = node.int8Data,
      let inputScale = plan.quantizations[data.index]?.scale
    else { return }
    var bias: (index: Int, id: ValueID, tensor: Tensor)?
    for (position, input) in node.inputs.enumerated() where rule.input(position) == .bias {
      if let input, let contents = source[input].constant {
        bias = (position, input, Tensor(source[input].type, contents))
      }
    }
    let minimum = bias.map {
      WeightQuantizer.minimumScales(
        bias: $0.tensor.storage.array(of: Float.self), inputScale: inputScale)
    }
    let (weights, raised) = WeightQuantizer.perAxis(
      Tensor(source[id].type, storage), axis: axis, minimumScales: minimum)
    if !raised.isEmpty {
      log.add(
        source.described(
          Diagnostic(
            .weightScaleRaised,
            "the weight scale of \(raised.count) channels was raised so that their bias fits int32",
            notes: ["channels: " + raised.map { "\($0)" }.joined(separator: ", ")]), node))
    }
    inputs[index] = result.addConstant(source[id].name, weights)
    if let bias {
      inputs[bias.index] = result.addConstant(
        source[bias.id].name,
        WeightQuantizer.bias(
          bias.tensor, inputScale: inputScale,
          weightScales: weights.type.quantization?.scales ?? []))
    }
  }
}

extension Graph {
  /// Logs `OCT0505` with every constant that a table made elsewhere would hide: calibration meets it in
  /// the result it spoils.
  package func requireFiniteConstants(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    for graph in [self] + allSubgraphs { graph.reportConstantsThatAreNotFinite(log) }
    try log.throwIfErrors()
  }

  private func reportConstantsThatAreNotFinite(_ log: DiagnosticLog) {
    for node in nodes {
      for case let input? in node.inputs where self[input].type.element == .float32 {
        guard let constant = self[input].constant,
          !constant.array(of: Float.self).allSatisfy({ $0.isFinite })
        else { continue }
        log.add(
          described(
            Diagnostic(
              .notFinite, "constant '\(self[input].name)' holds values that are not finite",
              help: "look at the weights of this layer", tensors: [self[input].text]), node))
      }
    }
  }

  /// Logs `OCT0510` for a model that is quantized already, and `OCT0504` with every operator and input
  /// that has no int8 form.
  package func requireInt8Forms(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    if nodes.contains(where: { $0.op is Quantize || $0.op is Dequantize })
      || values.contains(where: { $0.type.quantization != nil })
    {
      throw log.failure(
        Diagnostic(
          .alreadyQuantized, "the model is quantized already",
          help: "quantize the float model it was made from"))
    }
    for input in inputs where self[input].type.element != .float32 {
      log.add(
        Diagnostic(
          .noInt8Form,
          "input '\(self[input].name)' is \(self[input].type.element.name), not float32",
          help: "convert without --int8", tensors: [self[input].text]))
    }
    for node in nodes {
      guard let reason = reasonAgainstInt8(node) else { continue }
      log.add(
        described(
          Diagnostic(
            .noInt8Form, "'\(node.operatorName)' has no int8 form", notes: [reason],
            help: "convert without --int8, or cut the model before it with --outputs"), node))
    }
    try log.throwIfErrors()
  }

  private func reasonAgainstInt8(_ node: Node) -> String? {
    switch node.op.quantization {
    case .floatOnly(let reason): return reason
    case .int8(let rule):
      for (index, input) in node.inputs.enumerated() {
        guard let input, self[input].constant == nil, rule.input(index) != .activation else {
          continue
        }
        return "'\(self[input].name)' is computed, and int8 needs it to be a constant"
      }
      return nil
    }
  }
}

extension Quantization {
  /// Whether a value lies within half a step of the codes.
  fileprivate func reaches(_ value: Float) -> Bool {
    let steps = (value / scale).rounded(.toNearestOrAwayFromZero) + Float(zeroPoint)
    return steps >= -128 && steps <= 127
  }
}

extension TensorType {
  /// The type of a model's input or output that carries these int8 values.
  fileprivate func interface(_ type: InterfaceType) -> TensorType {
    guard element == .int8, let quantization else { return self }
    switch type {
    case .int8: return self
    case .uint8:
      return TensorType(
        .uint8, shape,
        quantization: Quantization(
          scale: quantization.scale, zeroPoint: quantization.zeroPoint + 128))
    case .float32: return TensorType(.float32, shape)
    }
  }
}
