public import OctetDiagnostics
import OctetData
import OctetIR
import OctetTFLite

/// The part of a model between some of its tensors, as a model of its own.
///
/// ```swift
/// let part = try Extraction(model, from: ["conv3"], to: ["conv7"], log: log)
/// let check = try part.write("part.tflite", log: log)
/// ```
public struct Extraction: Sendable {
  public let model: Model
  /// Operators of the whole model.
  public let operatorCount: Int
  private let whole: Model
  private let inputs: [ValueID]
  private let outputs: [ValueID]

  /// Cuts the part out of a model, which is converted first if it comes from a framework.
  ///
  /// - Parameters:
  ///   - from: the tensors that the part is given, by name or `#index`, in the order of its inputs; none for those of the
  ///     model's inputs that it needs.
  ///   - to: the tensors that it makes; none for the model's outputs.
  /// - Throws: after logging a tensor that is not there (`OCT0920`), what else the part needs (`OCT0921`), or what cannot
  ///   be one of its ends (`OCT0922`).
  public init(
    _ source: Model, from: [String], to: [String], log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let whole = try source.runnable(log: log)
    let graph = whole.graph
    let given = try whole.tensors(named: from, log: log)
    let outputs = to.isEmpty ? graph.outputs : try whole.tensors(named: to, log: log)
    try whole.requireEnds(given, outputs, log)
    let places = graph.places(from: given, to: outputs)
    let nodes = places.map { graph.nodes[$0] }
    try whole.requireRead(given, by: nodes, log)
    var (part, sources) = graph.part(nodes, inputs: given, outputs: outputs)
    if from.isEmpty {
      let order = graph.inputs.filter { sources.contains($0) }
      (part, sources) = graph.part(nodes, inputs: order, outputs: outputs)
    }
    if !from.isEmpty, sources.count > given.count {
      throw log.failure(
        whole.notClosed(given, outputs, missing: Array(sources.dropFirst(given.count)), places))
    }
    part.compact()
    part.makeNamesUnique()
    self.whole = whole
    inputs = sources
    self.outputs = outputs
    operatorCount = graph.nodes.count
    model = whole.holding(part, inputs: sources, outputs: outputs)
  }

  /// Writes the part, reads it back and compares it with the whole model.
  ///
  /// - Returns: the size in bytes, and what was compared.
  public func write(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (bytes: Int, check: SurgeryCheck) {
    try model.write(path, checkedAgainst: whole, inputs: inputs, outputs: outputs, log: log)
  }
}

extension Model {
  /// A part of this model's graph with what still holds for it: the preprocessing while it begins with the model's own
  /// inputs, the detector and what others have stored while it ends with its outputs.
  ///
  /// - Parameters:
  ///   - inputs: the tensors of this model that are the part's inputs; `outputs` likewise.
  func holding(_ part: Graph, inputs: [ValueID], outputs: [ValueID]) -> Model {
    var result = self
    result.graph = part
    if !inputs.allSatisfy({ graph.inputs.contains($0) }) { result.preprocessing = nil }
    let kept = outputs.filter { graph.outputs.contains($0) }.map { graph[$0].name }
    result.detector = detector.flatMap { try? Detector($0) }?.reading(only: kept)?.text
    if inputs != graph.inputs || outputs != graph.outputs {
      result.metadata.dropInterface()
    }
    return result
  }

  /// Logs `OCT0922` for ends that are constants or ends on both sides.
  fileprivate func requireEnds(
    _ inputs: [ValueID], _ outputs: [ValueID], _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let place = Location(file: path)
    let makers = graph.producers()
    let isFixed = graph.isFixed()
    for id in inputs
    where graph[id].constant != nil || makers[id.index].map({ isFixed[$0] }) ?? false {
      log.add(
        Diagnostic(
          .invalidPart, "'\(graph[id].name)' is the same in each run, and need not be given",
          at: place, help: "leave it out of --from", tensors: [graph[id].text]))
    }
    for id in outputs {
      let value = graph[id]
      if value.constant != nil || makers[id.index] == nil {
        log.add(
          Diagnostic(
            .invalidPart,
            "no operator makes '\(value.name)': it is "
              + (value.constant == nil ? "an input of the model" : "a constant"), at: place,
            help: "give --to tensors that operators make", tensors: [value.text]))
      } else if inputs.contains(id) {
        log.add(
          Diagnostic(
            .invalidPart, "'\(value.name)' is both --from and --to: nothing lies between",
            at: place, help: "give --from a tensor before it", tensors: [value.text]))
      } else if value.type.element == .resource {
        log.add(
          Diagnostic(
            .invalidPart, "'\(value.name)' is a variable's handle, which no output can be",
            at: place, help: "give --to what is read from it", tensors: [value.text]))
      }
    }
    try log.throwIfErrors()
  }

  /// Logs `OCT0922` for tensors that are given and that no node of the part reads.
  fileprivate func requireRead(
    _ given: [ValueID], by nodes: [Node], _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let read = Set(nodes.flatMap { $0.inputs.compactMap { $0 } })
    for id in given where !read.contains(id) {
      log.add(
        Diagnostic(
          .invalidPart, "what --to names does not depend on '\(graph[id].name)'",
          at: Location(file: path), notes: ["or other tensors of --from lie between"],
          help: "leave it out of --from", tensors: [graph[id].text]))
    }
    try log.throwIfErrors()
  }

  /// `OCT0921`: the inputs of the model that the part still needs, with the nearest tensors that would do in their
  /// place.
  ///
  /// - Parameter places: of the nodes that compute the outputs from what is given and what is missing.
  fileprivate func notClosed(
    _ given: [ValueID], _ outputs: [ValueID], missing: [ValueID], _ places: [Int]
  ) -> Diagnostic {
    var depends = [Bool](repeating: false, count: graph.values.count)
    for id in given { depends[id.index] = true }
    for place in places {
      let node = graph.nodes[place]
      guard node.inputs.contains(where: { $0.map { depends[$0.index] } ?? false }) else { continue }
      for output in node.outputs { depends[output.index] = true }
    }
    let makers = graph.producers()
    let isFixed = graph.isFixed()
    let names = given.map { "'\(graph[$0].name)'" }.joined(separator: ", ")
    var notes: [String] = []
    var beside: [ValueID] = []
    for id in outputs where !depends[id.index] {
      notes.append("'\(graph[id].name)' does not depend on what is given at all")
    }
    func look(at nodes: [Int]) {
      for place in nodes {
        let node = graph.nodes[place]
        for case let input? in node.inputs
        where !depends[input.index] && graph[input].constant == nil && !beside.contains(input)
          && !(makers[input.index].map { isFixed[$0] } ?? false)
        {
          beside.append(input)
          let reader =
            node.outputs.first.map { graph.description(of: $0, madeBy: place) }
            ?? "operator \(place) (\(node.operatorName))"
          notes.append(
            "\(reader) reads " + graph.description(of: input, madeBy: makers[input.index]))
        }
      }
    }
    look(at: places.filter { graph.nodes[$0].outputs.contains { depends[$0.index] } })
    // Then what assigns the variables that are still touched.
    look(
      at: graph.places(from: given + beside, to: outputs)
        .filter { graph.nodes[$0].outputs.isEmpty })
    return Diagnostic(
      .partNotClosed,
      "\(names) \(given.count == 1 ? "does" : "do") not cut off what the outputs need: "
        + (missing.count == 1 ? "the model's input " : "the model's inputs ")
        + missing.map { "'\(graph[$0].name)'" }.joined(separator: ", ")
        + (missing.count == 1 ? " is" : " are") + " needed, too",
      at: Location(file: path), notes: bounded(notes),
      helps: [
        graph.isClosed(given + beside, outputs)
          ? .init(
            "give what is read besides, too",
            arguments: [
              "--from", (given + beside).map { graph[$0].name }.joined(separator: ","),
            ])
          : .init("give other tensors, or leave --from out to begin with the model's inputs")
      ],
      tensors: missing.map { graph[$0].text })
  }
}

extension Graph {
  /// Whether some tensors are all that others are computed of, and none too many.
  fileprivate func isClosed(_ inputs: [ValueID], _ outputs: [ValueID]) -> Bool {
    let nodes = places(from: inputs, to: outputs).map { self.nodes[$0] }
    let read = Set(nodes.flatMap { $0.inputs.compactMap { $0 } })
    return inputs.allSatisfy { read.contains($0) }
      && part(nodes, inputs: inputs, outputs: outputs).sources.count == inputs.count
  }
}
