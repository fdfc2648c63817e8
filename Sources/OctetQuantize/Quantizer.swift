package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Turns a float graph into one of codes: int8 activations, int8 weights with a scale for each output channel,
/// int32 bias. Layers that are to be int16 have int64 bias, others stay as they are; where the type of a value
/// changes it is converted, once for all who read it.
///
/// Source: TFLite's 8-bit and 16x8 quantization specifications.
package struct Quantizer {
  let source: Graph
  let options: QuantizerOptions
  let layers: ResolvedLayers
  var plans: [LayerPrecision: ScalePlan] = [:]
  let log: DiagnosticLog
  var result: Graph
  /// By value of the source, what carries it: first what it is stored as, then what was made of that for
  /// readers of other types.
  var forms: [[ValueID]]
  /// How many layers' weights keep the steps that training has rounded them to.
  var trainedWeights = 0

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
  func values(as precision: LayerPrecision) -> Set<ValueID> {
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
  func readers(of input: ValueID) -> [LayerPrecision] {
    let precisions = zip(source.nodes, layers.precisions)
      .filter { $0.0.inputs.contains(input) }.map { $0.1 }
    return precisions.isEmpty
      ? [.int8] : [.float32, .int16, .int8].filter { precisions.contains($0) }
  }

  /// The type of an activation in a precision; its own if it has no codes.
  func type(of id: ValueID, as precision: LayerPrecision) -> TensorType {
    let type = source[id].type
    guard type.element == .float32,
      let quantization = plans[precision]?.quantizations[id.index]
    else { return type }
    return TensorType(precision.element, type.shape, quantization: quantization)
  }

  /// The type of a value at the model's end.
  ///
  /// - Parameter inner: what it is stored as.
  func interface(
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

  mutating func build() throws(Diagnostic) {
    for input in source.inputs { addInput(input) }
    for index in source.nodes.indices { try add(index) }
    for output in source.outputs { addOutput(output) }
    result.compact()
    result.makeNamesUnique()
  }

  /// What carries a value in a type, converted from what it is stored as if nothing does yet.
  mutating func form(
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

  mutating func converted(
    _ id: ValueID, to type: TensorType, named name: String, _ provenance: [Location]
  ) -> ValueID {
    let value = result.add(Value(name: name, type: type))
    let op: any Op = type.element == .float32 ? Dequantize() : Quantize(type.element)
    result.nodes.append(Node(op, inputs: [id], outputs: [value], provenance: provenance))
    return value
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
}
