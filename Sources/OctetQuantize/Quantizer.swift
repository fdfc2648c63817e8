package import OctetDiagnostics
package import OctetIR
import OctetOps

/// The type of a quantized model's inputs or outputs.
public enum InterfaceType: String, Sendable, CaseIterable {
  case int8
  case uint8
  case int16
  case float32
}

/// How many scales a layer's weights have.
public enum WeightScales: String, Sendable, CaseIterable {
  /// One for each output channel.
  case perChannel = "per-channel"
  /// One for all, for targets that know no others. It costs accuracy.
  case perTensor = "per-tensor"
}

/// What a quantized graph is to be, beside the ranges of its tensors.
package struct QuantizerOptions: Sendable {
  package var layers = LayerTypes()
  package var weightScales = WeightScales.perChannel
  /// Nil for the type that the layers behind an input compute in, the widest if there are several.
  package var inputType: InterfaceType?
  /// Nil for the type that a result is stored as.
  package var outputType: InterfaceType?

  package init(inputType: InterfaceType? = nil, outputType: InterfaceType? = nil) {
    self.inputType = inputType
    self.outputType = outputType
  }
}

/// Turns a float graph into one of codes: int8 activations, int8 weights with a scale for each
/// output channel, int32 bias. Layers that are to be int16 have int64 bias, others stay as they are; where the type of a value
/// changes it is converted, once for all who read it.
///
/// Source: TFLite's 8-bit and 16x8 quantization specifications.
package struct Quantizer {
  private let source: Graph
  private let options: QuantizerOptions
  private let layers: ResolvedLayers
  private var plans: [LayerPrecision: ScalePlan] = [:]
  private let log: DiagnosticLog
  private var result: Graph
  /// By value of the source, what carries it: first what it is stored as, then what was made of that for readers of other types.
  private var forms: [[ValueID]]
  /// How many layers' weights keep the steps that training has rounded them to.
  private var trainedWeights = 0

  /// - Throws: `DiagnosticFailure` after logging `OCT0502`, `OCT0504`, `OCT0505` or `OCT0510`.
  package static func quantize(
    _ graph: Graph, _ table: CalibrationTable, _ options: QuantizerOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Graph {
    let layers = options.layers.resolved(for: graph)
    try graph.requireForms(layers, log)
    try graph.requireFiniteConstants(log)
    var quantizer = Quantizer(graph, options, layers, log)
    for precision in [LayerPrecision.int8, .int16] {
      quantizer.plans[precision] = try ScalePlan(
        graph, table, layers, as: precision, needed: quantizer.values(as: precision), log: log)
    }
    do {
      try quantizer.build()
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
    quantizer.remarkTrainedRanges()
    return quantizer.result
  }

  private init(
    _ source: Graph, _ options: QuantizerOptions, _ layers: ResolvedLayers, _ log: DiagnosticLog
  ) {
    self.source = source
    self.options = options
    self.layers = layers
    self.log = log
    result = Graph(name: source.name)
    forms = [[ValueID]](repeating: [], count: source.values.count)
  }

  // MARK: Types

  /// The values of which the result has codes of a precision.
  private func values(as precision: LayerPrecision) -> Set<ValueID> {
    var values: Set<ValueID> = []
    for (index, node) in source.nodes.enumerated() {
      if layers.precisions[index] == precision {
        for case let input? in node.inputs { values.insert(input) }
        values.formUnion(node.outputs)
      }
      if layers.outputs[index] == precision { values.formUnion(node.outputs) }
    }
    func isCoded(_ type: InterfaceType?) -> Bool {
      switch type {
      case .int8, .uint8: precision == .int8
      case .int16: precision == .int16
      case .float32, nil: false
      }
    }
    for input in source.inputs
    where isCoded(options.inputType) || readers(of: input).contains(precision) {
      values.insert(input)
    }
    if isCoded(options.outputType) { values.formUnion(source.outputs) }
    return values.filter { source[$0].constant == nil }
  }

  /// What the layers that read an input compute in, the widest first; int8 if there is none.
  private func readers(of input: ValueID) -> [LayerPrecision] {
    let precisions = zip(source.nodes, layers.precisions)
      .filter { $0.0.inputs.contains(input) }.map { $0.1 }
    return precisions.isEmpty
      ? [.int8] : [.float32, .int16, .int8].filter { precisions.contains($0) }
  }

  /// The type of an activation in a precision; its own if it has no codes.
  private func type(of id: ValueID, as precision: LayerPrecision) -> TensorType {
    let type = source[id].type
    guard type.element == .float32,
      let quantization = plans[precision]?.quantizations[id.index]
    else { return type }
    return TensorType(precision.element, type.shape, quantization: quantization)
  }

  /// The type of a value at the model's end.
  ///
  /// - Parameter inner: what it is stored as.
  private func interface(
    _ id: ValueID, _ inner: TensorType, _ wanted: InterfaceType?
  ) -> TensorType {
    guard source[id].type.element == .float32 else { return inner }
    let isConstant = source[id].constant != nil
    switch wanted {
    case nil: return inner
    case .float32: return TensorType(.float32, inner.shape)
    case .int8: return isConstant ? inner : type(of: id, as: .int8)
    case .int16: return isConstant ? inner : type(of: id, as: .int16)
    case .uint8:
      let codes = isConstant ? inner : type(of: id, as: .int8)
      guard let quantization = codes.quantization else { return inner }
      return TensorType(
        .uint8, codes.shape,
        quantization: Quantization(
          scale: quantization.scale, zeroPoint: quantization.zeroPoint + 128))
    }
  }

  // MARK: The ends

  private mutating func build() throws(Diagnostic) {
    for input in source.inputs { addInput(input) }
    for index in source.nodes.indices { try add(index) }
    for output in source.outputs { addOutput(output) }
    result.compact()
    result.makeNamesUnique()
  }

  private mutating func addInput(_ input: ValueID) {
    let wanted = readers(of: input).map { type(of: input, as: $0) }
    let outer = interface(input, wanted[0], options.inputType)
    let name = source[input].name
    let id = result.add(Value(name: name, type: outer))
    result.inputs.append(id)
    forms[input.index] = wanted.map { type in
      type == outer ? id : converted(id, to: type, named: "\(name)/\(type.element.name)", [])
    }
  }

  private mutating func addOutput(_ output: ValueID) {
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
  private mutating func constantOutput(_ id: ValueID) -> ValueID {
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

  // MARK: Values in other types

  /// What carries a value in a type, converted from what it is stored as if nothing does yet.
  private mutating func form(
    of id: ValueID, as type: TensorType, _ provenance: [Location]
  ) -> ValueID? {
    guard let stored = forms[id.index].first else { return nil }
    if let known = forms[id.index].first(where: { result[$0].type == type }) { return known }
    let isSame = result[stored].type.element == type.element
    let new = converted(
      stored, to: type,
      named: "\(source[id].name)/\(isSame ? "requantized" : type.element.name)", provenance)
    forms[id.index].append(new)
    return new
  }

  private mutating func converted(
    _ id: ValueID, to type: TensorType, named name: String, _ provenance: [Location]
  ) -> ValueID {
    let value = result.add(Value(name: name, type: type))
    let op: any Op = type.element == .float32 ? Dequantize() : Quantize(type.element)
    result.nodes.append(Node(op, inputs: [id], outputs: [value], provenance: provenance))
    return value
  }

  // MARK: Layers

  private mutating func add(_ index: Int) throws(Diagnostic) {
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

  /// Remarks how much of the int8 form is training's.
  private func remarkTrainedRanges() {
    guard let trained = plans[.int8]?.trained else { return }
    let (tensors, weights) = (trained.known.count, trainedWeights)
    guard tensors + weights > 0 else { return }
    let others = trained.otherBits
    log.add(
      Diagnostic(
        .trainedRanges,
        "quantization-aware training gives the ranges of \(counted(tensors, "tensor"))"
          + (weights == 0 ? "" : " and of the weights of \(counted(weights, "layer"))"),
        notes: others == 0
          ? [] : ["\(others) of them had other than 8 bits: int8 divides the same ranges"]))
  }

  // MARK: Constants

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
            notes: ["channels: " + raised.map { "\($0)" }.joined(separator: ", ")]), node))
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
