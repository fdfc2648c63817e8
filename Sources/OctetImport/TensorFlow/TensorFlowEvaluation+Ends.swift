import OctetDiagnostics
import OctetIR

extension TensorFlowEvaluation {
  /// The operators of a model.
  static func net(
    of source: TensorFlowSource, _ options: ImportOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ImportedNet {
    let whole = TensorFlowEvaluation(source, options, DiagnosticLog())
    if let net = whole.net() {
      for diagnostic in whole.log.diagnostics { log.add(diagnostic) }
      return net
    }
    if options.trace == nil, let part = whole.part(), let net = part.net() {
      for name in part.options.inputs {
        log.add(
          Diagnostic(
            .partBegins, "the part that makes the outputs begins at '\(name)'",
            at: Location(node: name).completed(by: source.place),
            notes: [
              "what is before it cannot be converted: 'octet check' without --outputs says why"
            ]))
      }
      for diagnostic in part.log.diagnostics { log.add(diagnostic) }
      return net
    }
    for diagnostic in whole.log.diagnostics { log.add(diagnostic) }
    throw DiagnosticFailure()
  }

  /// The operators; nil, with all problems in the log, when they cannot be made.
  private func net() -> ImportedNet? {
    do throws(DiagnosticFailure) {
      var results = try build()
      if source.guessesOutputs {
        results.removeAll { if case .constant = $0.1 { true } else { false } }
      }
      let names = results.map { $0.0 }
      for (name, value) in results {
        try addOutput(name, value, others: names.filter { $0 != name })
      }
    } catch { return nil }
    let names = source.inputs.map { $0.name } + builder.graph.inputs.map { builder.graph[$0].name }
    for name in options.inputShapes.keys.sorted() where !names.contains(name) {
      log.add(
        Diagnostic(
          .unknownInput, "'\(name)' is no input of the part that makes the outputs",
          at: source.place))
    }
    if log.hasErrors { return nil }
    var graph = builder.graph
    graph.compact()
    dropUnusedInputs(&graph)
    return ImportedNet(graph: graph, preprocessing: nil, detector: nil)
  }

  private func build() throws(DiagnosticFailure) -> [(String, TensorFlowValue)] {
    addInputs()
    let wanted = outputs()
    for (name, reference) in wanted {
      guard let reference, source.main.place(of: reference.node) == nil else { continue }
      log.add(
        Diagnostic(.unknownOutput, "the graph has no node '\(reference.node)'", at: source.place)
          .suggesting(name, from: allNodes()))
    }
    try log.throwIfErrors()
    let run = BodyRun(source.main, [], depth: 0)
    main = run
    let roots =
      wanted.contains { $0.reference == nil }
      ? source.outputs.map { $0.reference } + wanted.compactMap { $0.reference }
      : wanted.compactMap { $0.reference }
    _ = values(roots, in: run)
    var results: [(String, TensorFlowValue)] = []
    var isComplete = true
    for (name, reference) in wanted {
      let value = reference.map { run.value($0) } ?? captures[name].flatMap { $0 } ?? .missing
      if case .missing = value { isComplete = false }
      results.append((name, value))
      options.trace?.addOutput(name, value, builder.graph)
    }
    // What the wanted tensors do not need may fail.
    if !isComplete { problems.log(to: log, cuts: proposedCuts(), notes: controlFlowNotes()) }
    reportAssignments()
    if source.guessesOutputs || !options.outputs.isEmpty { remarkAsides(in: source.main) }
    builder.narrowing.report(to: log, at: source.place)
    if !isComplete, !log.hasErrors {
      log.add(
        (isTooLarge ? Self.tooLarge : Diagnostic(.unknownOutput, "an output could not be made"))
          .located(source.place))
    }
    for name in options.inputs
    where !builder.graph.inputs.contains(where: { builder.graph[$0].name == name }) {
      log.add(
        Diagnostic(
          .unknownInput, "no output needs a node '\(name)' that could be an input",
          at: source.place
        ).suggesting(name, from: allNodes()))
    }
    try log.throwIfErrors()
    return results
  }

  private func allNodes() -> [String] {
    source.main.nodes.map { $0.name }
      + source.functions.values.flatMap { $0.nodes.map { $0.name } }
  }

  // MARK: Outputs

  /// The outputs by name; without a reference those that are nodes within functions.
  func outputs() -> [(name: String, reference: TensorReference?)] {
    guard !options.outputs.isEmpty else { return source.outputs.map { ($0.name, $0.reference) } }
    return options.outputs.map { name in
      if let own = source.outputs.first(where: { $0.name == name }) { return (name, own.reference) }
      let reference = TensorReference(name)
      let isInside =
        source.main.place(of: reference.node) == nil
        && source.functions.values.contains { $0.place(of: name) != nil }
      guard isInside else { return (name, reference) }
      captures[name] = .some(nil)
      return (name, nil)
    }
  }

  private func addOutput(
    _ name: String, _ value: TensorFlowValue, others: [String]
  ) throws(DiagnosticFailure) {
    try log.attempt(at: Location(node: name).completed(by: source.place)) {
      () throws(Diagnostic) in try builder.addOutput(name, value, others: others)
    }
  }

  // MARK: Inputs

  private func addInputs() {
    // A node's extents are for the part that begins at it.
    let given = options.inputShapes.keys.filter {
      options.outputs.isEmpty || source.main.place(of: $0) == nil
    }
    log.refuseUnknownInputs(
      given, among: source.inputs.map { $0.name } + options.inputs, at: source.place)
    for input in source.inputs where !options.inputs.contains(input.name) {
      inputs[input.node] = value(of: input) ?? .missing
    }
  }

  private func value(of input: TensorFlowSource.Input) -> TensorFlowValue? {
    let location = Location(op: "Placeholder", node: input.node).completed(by: source.place)
    guard let given = input.type, given.byteCount != nil else {
      log.add(
        Diagnostic(
          .typeMismatch, "the input '\(input.name)' has a type without numbers", at: location))
      return nil
    }
    let type = given.isReal ? .float32 : given
    if given == .float64 {
      log.add(
        Diagnostic(
          .precisionReduced, "the input '\(input.name)' is float64 and becomes float32",
          at: location))
    }
    if type == .bool, options.fixes.contains(.training), input.shape.dim.isEmpty {
      log.add(
        Diagnostic(
          .fixApplied, "the input '\(input.name)' is false", at: location,
          notes: ["--fix \(Fix.training.rawValue): \(Fix.training.summary)"]))
      return .constant(Tensor(TensorType(.bool, []), Storage([0 as UInt8])))
    }
    let own = input.shape.unknownRank ? nil : input.shape.dim.map { Int($0.size) }
    let extents = InputExtents(input.name, own, options)
    options.trace?.add(extents.traced(at: location))
    guard let known = extents.known else {
      openInputs[input.node] = extents.problem(at: location)
      return nil
    }
    extents.remark(at: location, log)
    return .computed(builder.addInput(input.name, TensorType(type, known)))
  }
}
