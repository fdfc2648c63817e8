import OctetDiagnostics
import OctetIR
import OctetOps

extension PreparedGraph {
  static func checkOperators(
    _ graph: Graph, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let refused = graph.nodes.indices.filter { OpCatalog.builtin(graph.nodes[$0].op) == nil }
    var told: [String] = []
    for place in refused {
      let node = graph.nodes[place]
      guard !told.contains(node.operatorName) else { continue }
      told.append(node.operatorName)
      let count = refused.filter { graph.nodes[$0].operatorName == node.operatorName }.count
      var problem = Diagnostic(
        .noKernel, "operator '\(node.operatorName)' cannot be run",
        notes: [node.foreignReason, count == 1 ? nil : "there are \(count) of them"]
          .compactMap { $0 })
      if place == refused[0], let help = graph.cut(before: place) { problem.helps = [help] }
      log.add(graph.described(problem, node))
    }
    try log.throwIfErrors()
  }

  static func checkSizes(
    _ graph: Graph, _ limit: Int, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    func check(_ id: ValueID, _ place: Location?) {
      let value = graph[id]
      for case .unknown(let name, let origin) in value.type.shape.dimensions {
        log.add(
          Diagnostic(
            .unknownDimension, "dimension '\(name)' of '\(value.name)' is unknown", at: place,
            notes: origin.isEmpty ? [] : ["it comes from \(origin)"],
            help: "give every extent with --input-shape NAME=1,…", tensors: [value.text]))
        return
      }
      let isEmpty = value.type.shape.elementCount == 0 && place == nil && value.constant == nil
      if value.type.byteCount == nil || isEmpty {
        log.add(
          Diagnostic(
            .noKernel, "tensor '\(value.name)' has no elements the runtime can hold", at: place,
            tensors: [value.text]))
      } else if value.constant == nil, let size = value.type.byteCount, size > limit {
        log.add(
          Diagnostic(
            .arenaTooLarge, "tensor '\(value.name)' needs \(size) bytes, the limit is \(limit)",
            at: place, tensors: [value.text]))
      }
    }
    for input in graph.inputs { check(input, nil) }
    for output in graph.outputs where graph[output].constant != nil { check(output, nil) }
    for node in graph.nodes {
      for case let input? in node.inputs where graph[input].constant != nil {
        check(input, node.location)
      }
      for output in node.outputs { check(output, node.location) }
    }
    try log.throwIfErrors()
  }
}

extension Graph {
  /// How to have what comes before a node alone; nil where nothing does.
  fileprivate func cut(before place: Int) -> Diagnostic.Help? {
    let makers = producers()
    var names: [String] = []
    for case let input? in nodes[place].inputs {
      guard let maker = makers[input.index], maker < place, !names.contains(self[input].name) else {
        continue
      }
      names.append(self[input].name)
    }
    if names.isEmpty { return nil }
    return Diagnostic.Help(
      "what comes before it runs", arguments: names.flatMap { ["--outputs", $0] })
  }
}
