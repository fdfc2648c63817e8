package import OctetDiagnostics
package import OctetIR

extension CalibrationTable {
  /// Says that ranges do not follow from samples by an algorithm alone.
  private static let given = "given"

  /// A table without ranges, for those that are given.
  package init(of graph: Graph, preprocessing: String) {
    self.init(
      algorithm: Self.given, model: graph.contentHash, preprocessing: preprocessing, samples: 0,
      entries: [])
  }

  /// The scales of a cache as symmetric ranges, in its order; those of no tensor stay, since they may be of one that has
  /// none. A ReLU whose result the cache lacks hands on its operand's.
  ///
  /// - Parameters:
  ///   - names: of the model's tensors, by the cache's names that differ.
  ///   - file: the cache's, for diagnostics.
  /// - Throws: after logging `OCT0520` for `names` that there are not; logs `OCT0521` for entries of no tensor.
  package init(
    _ cache: TensorRTCache, names: [(name: String, own: String)], of graph: Graph,
    preprocessing: String, file: String?, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    self.init(of: graph, preprocessing: preprocessing)
    algorithm = "tensorrt \(cache.header)"
    let own = graph.activations.map { graph[$0].name }
    let place = Location(file: file, format: "TensorRT calibration cache")
    reportUnknown(
      names.map { $0.name }, among: cache.entries.map { $0.name }, "the cache has no entry", place,
      log)
    reportUnknown(names.map { $0.own }, among: own, "the model has no tensor", place, log)
    try log.throwIfErrors()
    let renamed = Dictionary(names.map { ($0.name, $0.own) }, uniquingKeysWith: { $1 })
    let taken = Set(renamed.values)
    entries = cache.entries.compactMap { name, scale in
      if let own = renamed[name] { return (own, .symmetric(scale: scale)) }
      return taken.contains(name) ? nil : (name, .symmetric(scale: scale))
    }
    let difference = NameDifference(listed: entries.map { $0.name }, own: own)
    deriveReLUs(of: graph)
    let unused = difference.renamed.map { $0.listed } + difference.extra
    if !unused.isEmpty {
      log.add(
        Diagnostic(
          .unusedRanges,
          "the model has no tensor for \(counted(unused.count, "scale")) of the cache", at: place,
          notes: [bounded(unused).joined(separator: ", ")],
          helps: [
            .init(
              "if some have other names in the model, say which is which",
              arguments: ["--calibration-cache-names", "FILE"])
          ]))
    }
  }

  private mutating func deriveReLUs(of graph: Graph) {
    let sources = graph.codeSources()
    var ranges = Dictionary(
      entries.map { ($0.name, $0.range) }, uniquingKeysWith: { first, _ in first })
    for node in graph.nodes where node.int8Rule?.negativeGain == 0 {
      let result = graph[node.outputs[0]].name
      guard let input = node.int8Data, ranges[result] == nil,
        let range = ranges[graph[sources[input.index]].name]
      else { continue }
      ranges[result] = range
      entries.append((result, range))
    }
  }

  /// Puts ranges that a user gives in the place of the table's.
  ///
  /// - Throws: after logging `OCT0520` for names of no tensor; logs `OCT0521` for tensors whose codes follow from
  ///   others or from training.
  package mutating func take(
    _ given: GivenRanges, of graph: Graph, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let ids = Dictionary(
      graph.activations.map { (graph[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    let place = given.file.map { Location(file: $0, format: "ranges") }
    reportUnknown(
      given.entries.map { $0.name }, among: graph.activations.map { graph[$0].name },
      "the model has no tensor", place, log)
    try log.throwIfErrors()
    if !given.entries.isEmpty, algorithm != Self.given { algorithm += " \(Self.given)" }
    let (sources, fixed) = (graph.codeSources(), graph.fixedValues())
    let trained = TrainedRanges(graph).known
    var positions = Dictionary(
      zip(entries.map { $0.name }, entries.indices), uniquingKeysWith: { first, _ in first })
    var notes: [String] = []
    for (name, range) in given.entries {
      guard let id = ids[name] else { continue }
      let source = sources[id.index]
      if trained[id] != nil {
        notes.append("'\(name)' keeps the range of training")
      } else if fixed[source] != nil {
        notes.append("'\(name)' has a scale that TFLite fixes")
      } else if source != id {
        notes.append("'\(name)' has the codes of '\(graph[source].name)'")
      }
      if let position = positions[name] {
        entries[position].range = range
      } else {
        positions[name] = entries.count
        entries.append((name, range))
      }
    }
    if !notes.isEmpty {
      log.add(
        Diagnostic(
          .unusedRanges,
          "\(counted(notes.count, "given range")) \(notes.count == 1 ? "has" : "have") no effect",
          at: place, notes: bounded(notes)))
    }
  }
}

/// Logs an `OCT0520` for each of `names` that is not among `known`, up to as many as a log keeps.
private func reportUnknown(
  _ names: [String], among known: [String], _ message: String, _ place: Location?,
  _ log: DiagnosticLog
) {
  let knownNames = Set(known)
  for name in names.filter({ !knownNames.contains($0) }).prefix(DiagnosticLog.limit) {
    log.add(
      Diagnostic(.unknownTensor, "\(message) '\(name)'", at: place).suggesting(name, from: known))
  }
}

extension Graph {
  /// For each value, the one whose scale decides its codes.
  func codeSources() -> [ValueID] {
    var result = values.indices.map { ValueID($0) }
    for node in nodes where node.int8Rule?.output == .likeInput {
      guard let data = node.int8Data else { continue }
      for output in node.outputs { result[output.index] = result[data.index] }
    }
    return result
  }

  /// The parameters that TFLite fixes, by value.
  func fixedValues() -> [ValueID: Quantization] {
    var result: [ValueID: Quantization] = [:]
    for node in nodes {
      guard case .fixed(let scale, let zeroPoint) = node.int8Rule?.output else { continue }
      for output in node.outputs {
        result[output] = Quantization(scale: scale, zeroPoint: zeroPoint)
      }
    }
    return result
  }
}
