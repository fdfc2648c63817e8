import OctetDiagnostics
package import OctetIR

/// The parameters that the activations of a float graph have as int8, or as int16: from the ranges of a calibration
/// table and the operators' rules.
struct ScalePlan {
  /// Nil for constants, for values that are not float32 and for those without a range that nothing needs as codes.
  private(set) var quantizations: [Quantization?]
  private let graph: Graph
  private let layers: ResolvedLayers
  private let precision: LayerPrecision
  private let consumers: [[Int]]
  private let producers: [Int?]
  /// Values that took over the scale of the operator that joins them with others.
  private var adopted: [ValueID: Quantization] = [:]
  let trained: TrainedRanges

  /// Ranges of training come before those of the table. Logs `OCT0502` with all tensors that need a range and have
  /// none.
  ///
  /// - Parameters:
  ///   - precision: int8 or int16.
  ///   - needed: the values that are codes of this precision in the quantized graph.
  init(
    _ graph: Graph, _ table: CalibrationTable, _ layers: ResolvedLayers,
    as precision: LayerPrecision, needed: Set<ValueID>, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    self.graph = graph
    self.layers = layers
    self.precision = precision
    consumers = graph.consumers()
    producers = graph.producers()
    trained = TrainedRanges(graph)
    quantizations = [Quantization?](repeating: nil, count: graph.values.count)
    var missing: [ValueID] = []
    let ranges = calibratedRanges(table, &missing)
    let roots = roots(of: needed)
    missing.removeAll { !roots.contains($0) }
    if !missing.isEmpty {
      throw log.failure(missingRanges(missing, table))
    }
    assign(ranges)
    for (index, node) in graph.nodes.enumerated()
    where output(index) == .unified && layers.precisions[index] == precision {
      unify(node, log)
    }
    assign(ranges)
  }

  /// What decides on the parameters of a node's results. Those of a layer that computes real numbers have
  /// ranges of their own.
  private func output(_ index: Int) -> Int8Rule.Output? {
    let rule = graph.nodes[index].int8Rule?.output
    guard layers.precisions[index] == .float32 else { return rule }
    switch rule {
    case .fixed, .trained: return rule
    case .calibrated, .likeInput, .unified, nil: return .calibrated
    }
  }

  /// The values with those before them whose parameters they take over.
  private func roots(of values: Set<ValueID>) -> Set<ValueID> {
    var result = values
    for (index, node) in graph.nodes.enumerated().reversed() where output(index) == .likeInput {
      if let data = node.int8Data, node.outputs.contains(where: { result.contains($0) }) {
        result.insert(data)
      }
    }
    return result
  }

  private func calibratedRanges(
    _ table: CalibrationTable, _ missing: inout [ValueID]
  ) -> [ValueID: Quantization] {
    var result: [ValueID: Quantization] = [:]
    var byName: [String: CalibrationTable.Range] = [:]
    for entry in table.entries { byName[entry.name] = entry.range }
    func add(_ id: ValueID) {
      guard graph[id].type.element == .float32 else { return }
      if let range = trained.known[id] {
        result[id] = precision.adapted(range)
      } else if let range = byName[graph[id].name] {
        result[id] = precision.quantization(range)
      } else if let range = trained.joined[id] {
        result[id] = precision.adapted(range)
      } else if let range = spanned(id, result) {
        result[id] = range
      } else {
        missing.append(id)
      }
    }
    for input in graph.inputs { add(input) }
    for (index, node) in graph.nodes.enumerated() {
      switch output(index) {
      case .calibrated, .unified: for output in node.outputs { add(output) }
      case .likeInput, .fixed, .trained, nil: continue
      }
    }
    return result
  }

  private func missingRanges(_ missing: [ValueID], _ table: CalibrationTable) -> Diagnostic {
    let tensors = missing.map { graph[$0].text }
    if table.entries.isEmpty, !trained.known.isEmpty {
      return Diagnostic(
        .missingRange, "training gives no range for \(counted(missing.count, "tensor"))",
        notes: ["it gives \(counted(trained.known.count, "range"))"],
        helps: [
          .init("give samples to measure them on", arguments: ["--calibration-data", "DATA"])
        ], tensors: tensors)
    }
    let names = Set(missing.map { graph[$0].name })
    let difference = NameDifference(
      listed: table.entries.map { $0.name }, own: graph.activations.map { graph[$0].name })
    return Diagnostic(
      .missingRange,
      "\(counted(missing.count, "tensor")) \(missing.count == 1 ? "needs" : "need") a range and none is given",
      notes: difference.suggestions { names.contains($0) },
      helps: [
        .init("give them", arguments: ["--ranges", "FILE"]),
        table.samples > 0
          ? .init("or calibrate this model again: octet calibrate")
          : .init("or samples to measure them on", arguments: ["--calibration-data", "DATA"]),
      ], tensors: tensors)
  }

  /// What joins tensors of known ranges alone has a range that holds them all.
  private func spanned(
    _ id: ValueID, _ ranges: [ValueID: Quantization]
  ) -> Quantization? {
    guard let producer = producers[id.index] else { return nil }
    let node = graph.nodes[producer]
    guard output(producer) == .unified else { return nil }
    let operands = node.inputs.compactMap { $0 }.filter { graph[$0].type.element == .float32 }
    let known = operands.compactMap { quantization(of: $0, ranges) }
    return known.count == operands.count ? precision.spanning(known) : nil
  }

  /// The parameters of a value, where `ranges` hold those that decide on them.
  private func quantization(
    of id: ValueID, _ ranges: [ValueID: Quantization]
  ) -> Quantization? {
    if let own = ranges[id] { return own }
    guard let producer = producers[id.index] else { return nil }
    let node = graph.nodes[producer]
    switch output(producer) {
    case .likeInput: return node.int8Data.flatMap { quantization(of: $0, ranges) }
    case .fixed(let scale, let zeroPoint):
      return precision.fixed(scale: scale, zeroPoint: zeroPoint)
    case .trained(let range, _): return precision.adapted(range)
    case .calibrated, .unified, nil: return nil
    }
  }

  /// Gives every value its parameters, in the order of the graph.
  private mutating func assign(_ calibrated: [ValueID: Quantization]) {
    for input in graph.inputs { quantizations[input.index] = adopted[input] ?? calibrated[input] }
    for (index, node) in graph.nodes.enumerated() {
      for result in node.outputs {
        let own: Quantization?
        switch output(index) {
        case .likeInput: own = node.int8Data.flatMap { quantizations[$0.index] }
        case .fixed(let scale, let zeroPoint):
          own = precision.fixed(scale: scale, zeroPoint: zeroPoint)
        case .trained(let range, _): own = precision.adapted(range)
        case .calibrated:
          own = calibrated[result]?.atLeast(finestScale(index))
        case .unified, nil: own = calibrated[result]
        }
        quantizations[result.index] = adopted[result] ?? own
      }
    }
  }

  /// The least scale that the operator's kernel takes for its result. Sums of int16 scale their operands up by
  /// 2^15, not 2^20.
  private func finestScale(_ index: Int) -> Float {
    let node = graph.nodes[index]
    guard let part = node.int8Rule?.finestOutput, layers.precisions[index] != .float32 else {
      return 0
    }
    let inputs = node.inputs.compactMap { $0 }.compactMap { quantizations[$0.index]?.scale }
    return (inputs.max() ?? 0) * (precision == .int16 ? part * 0x1p5 : part)
  }

  /// Lets the values that `node` joins take its scale where that costs nothing else; the others are
  /// requantized. Logs `OCT0512` or `OCT0950` with what becomes of each.
  private mutating func unify(_ node: Node, _ log: DiagnosticLog) {
    let output = node.outputs[0]
    guard let wanted = quantizations[output.index] else { return }
    var operands: [ScaleJoin.Operand] = []
    for case let input? in node.inputs {
      guard let own = quantizations[input.index], own != wanted else { continue }
      let values = adopters(input, of: wanted)
      for value in values ?? [] { adopted[value] = wanted }
      operands.append(
        .init(
          graph[input].name, scale: own.scale, adopts: values != nil,
          isScore: graph.isScore(input, producers)))
    }
    if let diagnostic = ScaleJoin(graph[output].name, scale: wanted.scale, operands).diagnostic {
      log.add(graph.described(diagnostic, node))
    }
  }

  /// The value whose scale decides the scale of `id`, and those between them that training has rounded, when nothing
  /// but the joining operator depends on them and its operator can make the `wanted` scale.
  private func adopters(_ id: ValueID, of wanted: Quantization) -> [ValueID]? {
    guard consumers[id.index].count == 1, !graph.outputs.contains(id), adopted[id] == nil,
      let producer = producers[id.index]
    else { return nil }
    let node = graph.nodes[producer]
    // Other results would take the scale too.
    if node.outputs.count > 1 { return nil }
    switch output(producer) {
    case .calibrated: return wanted.scale >= finestScale(producer) ? [id] : nil
    case .likeInput: return node.int8Data.flatMap { adopters($0, of: wanted) }
    case .trained: return node.inputs[0].flatMap { adopters($0, of: wanted) }.map { $0 + [id] }
    case .unified, .fixed, nil: return nil
    }
  }
}

extension Graph {
  /// Whether a value holds scores from 0 to 1: what a softmax or a logistic function gives, as it is or with elements moved.
  package func isScore(_ id: ValueID, _ producers: [Int?]) -> Bool {
    var source: ValueID? = id
    while let place = source.flatMap({ producers[$0.index] }), let rule = nodes[place].int8Rule {
      if case .fixed(let scale, let zeroPoint) = rule.output {
        return scale == 1 / 256 && zeroPoint == -128
      }
      guard rule.output == .likeInput else { return false }
      source = nodes[place].int8Data
    }
    return false
  }
}

extension Quantization {
  /// The parameters with a scale of `least` or more.
  fileprivate func atLeast(_ least: Float) -> Quantization {
    scale >= least ? self : Quantization(scale: least, zeroPoint: zeroPoint)
  }
}

extension Node {
  /// The operator's int8 form, when it has one.
  package var int8Rule: Int8Rule? {
    if case .int8(let rule) = op.quantization { return rule }
    return nil
  }

  /// The input whose scale the operator's int8 form refers to.
  package var int8Data: ValueID? {
    guard let index = int8Rule?.data, index < inputs.count else { return nil }
    return inputs[index]
  }
}
