import OctetDiagnostics
import OctetIR
import OctetOps

/// What training leaves in an exported model. None of it goes without its user's consent.
extension TensorFlowEvaluation {
  /// The results of what only training needs; nil for other nodes.
  func training(
    _ node: TensorFlowNode, at place: Int, in run: BodyRun
  ) throws(Diagnostic) -> [TensorFlowValue]? {
    if node.type.hasPrefix("FusedBatchNorm"), try node.bool("is_training", default: true) {
      return try normalize(node, at: place, in: run)
    }
    if RandomNumbers.operators.contains(node.type) { return try meanResults(node) }
    if node.type.hasPrefix("FakeQuantWithMinMax"), options.fixes.contains(.noFakeQuantization) {
      note(.noFakeQuantization, "the tensor is not rounded", node.location)
      return [try node.input(0)]
    }
    for case .random in node.inputs {
      guard let results = try node.randomResults(&builder) else { return nil }
      for case .random(let numbers) in results { try builder.reserve(numbers.mean.count) }
      return results
    }
    return nil
  }

  /// The mean of what a random operator makes; nil where its mean is no sense.
  private func meanResults(_ node: TensorFlowNode) throws(Diagnostic) -> [TensorFlowValue]? {
    guard options.fixes.contains(.randomMean) else {
      let refused = RefusedOperator(node.type)
      throw Diagnostic(
        .trainingLeftover, "the operator '\(node.type)' \(refused?.reason ?? "is random")",
        helps: (refused?.helps ?? []) + [Fix.randomMean.help("put its mean in its place")])
    }
    for case .missing in node.inputs { return [] }
    guard let numbers = try RandomNumbers.mean(of: node) else { return nil }
    if case .random(let made) = numbers { try builder.reserve(made.mean.count) }
    note(.randomMean, "the mean stands for what '\(node.type)' makes", node.location)
    return [numbers]
  }

  /// Remarks that a fix was applied.
  private func note(_ fix: Fix, _ message: String, _ location: Location) {
    log.add(
      Diagnostic(
        .fixApplied, message, at: location,
        notes: ["--fix \(fix.rawValue): \(fix.summary)"]))
  }

  // MARK: Batch normalization

  /// Batch normalization that uses its batch's own statistics, with the moving ones in their place.
  private func normalize(
    _ node: TensorFlowNode, at place: Int, in run: BodyRun
  ) throws(Diagnostic) -> [TensorFlowValue] {
    if options.fixes.contains(.batchStatistics) {
      for case .missing in node.inputs { return [] }
      note(.batchStatistics, "mean and variance of the input are computed", node.location)
      return [try builder.normalizedByItself(node)]
    }
    let mean = movingVariable(of: place, output: 1, in: run)
    let variance = movingVariable(of: place, output: 2, in: run)
    guard options.fixes.contains(.movingStatistics) else {
      var notes = ["is_training is true: it takes mean and variance from the batch it is given"]
      var helps = [Diagnostic.Help("save the model for inference: call it with training=False")]
      if let mean, let variance {
        notes.append("the moving statistics are stored, in '\(mean)' and '\(variance)'")
        helps.append(Fix.movingStatistics.help("use the stored ones"))
      } else {
        notes.append("no variable with moving statistics is assigned from it")
      }
      helps.append(Fix.batchStatistics.help("compute them, as the file says"))
      throw Diagnostic(
        .trainingLeftover, "the operator '\(node.type)' normalizes as in training",
        notes: notes, helps: helps)
    }
    guard let mean, let variance, let meanValue = source.variables[mean],
      let varianceValue = source.variables[variance]
    else {
      throw Diagnostic(
        .trainingLeftover,
        "the operator '\(node.type)' normalizes as in training, and has no moving statistics",
        help: "save the model for inference: call it with training=False")
    }
    guard let mapping = OpMapping.tensorFlow[node.type], node.inputs.count >= 3 else { return [] }
    for case .missing in node.inputs { return [] }
    note(
      .movingStatistics, "the moving statistics '\(mean)' and '\(variance)' are used",
      node.location)
    let inputs =
      Array(node.inputs.prefix(3)) + [.constant(meanValue), .constant(varianceValue)]
    return try mapping.build(node.with(inputs: inputs, "is_training", false), &builder)
  }

  /// The variable that is assigned from an output of a node, through any arithmetic.
  private func movingVariable(of place: Int, output: Int, in run: BodyRun) -> String? {
    let body = run.body
    let name = body.nodes[place].name
    func reads(_ reference: TensorReference) -> Bool {
      reference.node == name && reference.place(in: body.nodes[place].op) == output
    }
    var reached: Set<String> = []
    var queue = body.nodes.indices.filter { body.inputs[$0].contains(where: reads) }
    while let next = queue.popLast() {
      let node = body.nodes[next]
      if Self.assignments.contains(node.op), let handle = body.inputs[next].first {
        if case .variable(let variable) = handleValue(handle, in: run) { return variable }
        continue
      }
      guard reached.insert(node.name).inserted, reached.count < 64 else { continue }
      queue += body.nodes.indices.filter { index in
        body.inputs[index].contains { $0.node == node.name }
      }
    }
    return nil
  }

  // MARK: Variables that change

  static let assignments: Set<String> = [
    "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp", "Assign", "AssignAdd",
    "AssignSub",
  ]

  /// A handle, which may not have been looked at.
  private func handleValue(_ reference: TensorReference, in run: BodyRun) -> TensorFlowValue {
    guard let place = run.body.place(of: reference.node) else { return run.value(reference) }
    let node = run.body.nodes[place]
    switch node.op {
    case "VarHandleOp", "VariableV2", "Variable": return .variable(node.name)
    case "Identity":
      return run.body.inputs[place].first.map { run.value($0) } ?? .missing
    default: return .missing
    }
  }

  /// Operators that only tell or check something, and change no result.
  private static let asides: Set<String> = [
    "Assert", "Print", "PrintV2", "ScalarSummary", "HistogramSummary", "ImageSummary",
    "MergeSummary", "TensorSummary", "TensorSummaryV2", "WriteSummary", "WriteScalarSummary",
    "WriteHistogramSummary", "WriteImageSummary", "CheckNumerics", "CheckNumericsV2",
  ]

  /// Remarks of what a body only tells or checks while it runs, which is left out.
  func remarkAsides(in body: TensorFlowBody) {
    guard remarked.insert(body.function ?? "").inserted else { return }
    let found = body.nodes.filter { Self.asides.contains($0.op) }
    guard let first = found.first else { return }
    let others = found.count - 1
    log.add(
      Diagnostic(
        .layerRemoved, "what the model only tells or checks while it runs is left out",
        at: location(of: first, in: body),
        notes: others > 0 ? ["and \(counted(others, "more operator"))"] : []))
  }

  /// Notes the variables that a function assigns.
  func noteAssignments(in run: BodyRun) {
    for (place, node) in run.body.nodes.enumerated() where Self.assignments.contains(node.op) {
      guard let handle = run.body.inputs[place].first,
        case .variable(let name) = handleValue(handle, in: run)
      else { continue }
      assignments.append((name, location(of: node, in: run.body)))
    }
  }

  /// Reports the variables that the model uses and changes.
  func reportAssignments() {
    var reported: Set<String> = []
    for (name, location) in assignments
    where readVariables.contains(name) && reported.insert(name).inserted {
      if options.fixes.contains(.storedVariables) {
        note(.storedVariables, "'\(name)' keeps its stored value", location)
        continue
      }
      log.add(
        Diagnostic(
          .trainingLeftover, "the model uses the variable '\(name)' and changes it while it runs",
          at: location, notes: ["a .tflite made here keeps nothing from one run to the next"],
          helps: [
            .init("save the model for inference: call it with training=False"),
            Fix.storedVariables.help("use its stored value"),
          ]))
    }
  }
}
