package import OctetDiagnostics

extension Graph {
  /// Checks that the graph is well formed and that every operator agrees with the types of its
  /// operands, and logs everything that is wrong (`OCT0201`...`OCT0209`).
  ///
  /// Well formed means: ids are in range, each value has one maker, nodes come after what they
  /// read, constants have the bytes of their type, quantization fits its tensor, subgraphs have
  /// names of their own.
  ///
  /// Operators on tensors whose shapes data decide are checked by whoever runs the graph.
  ///
  /// - Parameter touched: the nodes whose operators are asked; nil for all. The structure is checked in any
  ///   case.
  /// - Returns: true when nothing was wrong.
  @discardableResult
  package func verify(
    touched: [Int]? = nil, into log: DiagnosticLog, within outer: Location? = nil
  ) -> Bool {
    verify(touched: touched, into: log, within: outer, isSubgraph: false)
  }

  private func verify(
    touched: [Int]?, into log: DiagnosticLog, within outer: Location?, isSubgraph: Bool
  ) -> Bool {
    let before = log.errorCount
    if checkStructure(log, outer) {
      for value in values {
        if let problem = problem(of: value) { log.add(problem.located(outer)) }
      }
      // What data decide is checked when the graph runs.
      let isLeft = touched == nil ? nodesShapedByData(inSubgraph: isSubgraph) : []
      for index in touched ?? nodes.indices.filter({ !isLeft[$0] }) {
        check(nodes[index], log, outer)
      }
    }
    // A patch rewrites no subgraph.
    if touched != nil { return log.errorCount == before }
    var names: [String] = []
    for graph in subgraphs {
      if names.contains(graph.name) {
        log.add(
          Diagnostic(.subgraphMismatch, "two subgraphs are called '@\(graph.name)'", at: outer))
      }
      names.append(graph.name)
      var inner = outer ?? Location()
      inner.function = graph.name
      _ = graph.verify(touched: nil, into: log, within: inner, isSubgraph: true)
    }
    return log.errorCount == before
  }

  private func checkStructure(_ log: DiagnosticLog, _ outer: Location?) -> Bool {
    func report(_ message: String, _ node: Node? = nil) {
      log.add(Diagnostic(.invalidGraph, message, at: node?.location ?? nil).located(outer))
    }
    var isMade = values.map { $0.constant != nil }
    var isMadeLater = isMade
    for node in nodes {
      for output in node.outputs where values.indices.contains(output.index) {
        isMadeLater[output.index] = true
      }
    }
    /// Reads of what a later node makes.
    var early: [(node: Node, value: ValueID)] = []
    var isSound = true
    for input in inputs {
      guard values.indices.contains(input.index) else {
        report("a graph input does not exist")
        return false
      }
      if isMade[input.index] {
        report("input '\(self[input].name)' is a constant or listed twice")
        isSound = false
      }
      isMade[input.index] = true
    }
    for node in nodes {
      for case let input? in node.inputs {
        guard values.indices.contains(input.index) else {
          report("'\(node.op.name)' reads a value that does not exist", node)
          return false
        }
        if !isMade[input.index] {
          isSound = false
          if isMadeLater[input.index] {
            early.append((node, input))
          } else {
            report(
              "'\(node.op.name)' reads '\(self[input].name)', which has no contents and nothing makes",
              node)
          }
        }
      }
      for output in node.outputs {
        guard values.indices.contains(output.index) else {
          report("'\(node.op.name)' writes a value that does not exist", node)
          return false
        }
        if isMade[output.index] {
          report("'\(self[output].name)' is made twice", node)
          isSound = false
        }
        isMade[output.index] = true
      }
    }
    if let (node, value) = early.first {
      log.add(
        Diagnostic(
          .invalidGraph, "'\(node.op.name)' reads '\(self[value].name)' before anything makes it",
          at: node.location,
          notes: early.count == 1
            ? [] : ["the operators are not in order: \(early.count) inputs are read too early"]
        ).located(outer))
    }
    for output in outputs {
      guard values.indices.contains(output.index), isMade[output.index] else {
        report("a graph output is not made by anything")
        return false
      }
    }
    return isSound
  }

  private func problem(of value: Value) -> Diagnostic? {
    let type = value.type
    // TFLite has 32 bits for an extent.
    if type.shape.dimensions.contains(where: { ($0.value ?? 0) > Int(Int32.max) }) {
      return Diagnostic(
        .tensorTooLarge, "tensor '\(value.name)' has an extent beyond int32", tensors: [value.text])
    }
    if let extents = type.shape.extents, Shape.elementCount(extents) == nil {
      return Diagnostic(
        .tensorTooLarge, "tensor '\(value.name)' has more elements than can be counted",
        tensors: [value.text])
    }
    if let constant = value.constant, let size = type.byteCount, constant.bytes.count != size {
      return Diagnostic(
        .invalidGraph,
        "constant '\(value.name)' has \(constant.bytes.count) bytes, its type needs \(size)",
        tensors: [value.text])
    }
    guard let quantization = type.quantization else { return nil }
    var reason: String?
    if quantization.scales.isEmpty || quantization.scales.count != quantization.zeroPoints.count {
      reason = "the numbers of scales and zero points differ"
    } else if !quantization.scales.allSatisfy({ $0.isFinite && $0 > 0 }) {
      reason = "a scale is not finite and positive"
    } else if !quantization.zeroPoints.allSatisfy({ type.element.holds(zeroPoint: $0) }) {
      reason = "a zero point is no \(type.element.name)"
    } else if let axis = quantization.axis {
      if !type.shape.dimensions.indices.contains(axis) {
        reason = "axis \(axis) is not one of its dimensions"
      } else if let extent = type.shape.dimensions[axis].value,
        extent != quantization.scales.count
      {
        reason = "it has \(quantization.scales.count) scales for an extent of \(extent)"
      }
    } else if quantization.scales.count != 1 {
      reason = "it has \(quantization.scales.count) scales without an axis"
    }
    return reason.map {
      Diagnostic(
        .invalidGraph, "quantization of '\(value.name)' is invalid: \($0)", tensors: [value.text])
    }
  }

  private func check(_ node: Node, _ log: DiagnosticLog, _ outer: Location?) {
    let types: [TensorType]
    do {
      types = try inferTypes(node.op, inputs: node.inputs)
    } catch {
      log.add(described(error, node).located(outer))
      return
    }
    guard types.count == node.outputs.count else {
      log.add(
        Diagnostic(
          .invalidGraph, "'\(node.op.name)' gives \(types.count) results, not \(node.outputs.count)"
        ).located(node.location).located(outer))
      return
    }
    for (type, output) in zip(types, node.outputs) {
      let declared = self[output].type
      if type.element != declared.element {
        log.add(
          described(
            Diagnostic(
              .typeMismatch,
              "'\(node.op.name)' gives \(type.element.name) for '\(self[output].name)', declared "
                + declared.element.name), node
          ).located(outer))
      } else if !type.shape.agrees(with: declared.shape) {
        log.add(
          described(
            Diagnostic(
              .shapeMismatch,
              "'\(node.op.name)' gives [\(type.shape.text)] for '\(self[output].name)', declared "
                + "[\(declared.shape.text)]"), node
          ).located(outer))
      }
    }
  }

  /// `problem` with the node's place and operands filled in.
  package func described(_ problem: Diagnostic, _ node: Node) -> Diagnostic {
    var result = problem.located(node.location)
    if result.tensors.isEmpty {
      for case let input? in node.inputs { result.tensors.append(self[input].text) }
    }
    return result
  }
}

extension ElementType {
  /// Whether a zero point is one of the type's codes; types that are not 8-bit take any.
  fileprivate func holds(zeroPoint: Int32) -> Bool {
    switch self {
    case .int8: zeroPoint >= -128 && zeroPoint <= 127
    case .uint8: zeroPoint >= 0 && zeroPoint <= 255
    default: true
    }
  }
}

extension Node {
  /// The place diagnostics name: the last of the provenance, or the operator itself.
  package var location: Location { provenance.last ?? Location(op: op.name) }
}

extension Shape {
  /// True unless a known extent contradicts another or the ranks differ.
  package func agrees(with other: Shape) -> Bool {
    guard rank == other.rank else { return false }
    for (a, b) in zip(dimensions, other.dimensions) {
      if let a = a.value, let b = b.value, a != b { return false }
    }
    return true
  }
}
