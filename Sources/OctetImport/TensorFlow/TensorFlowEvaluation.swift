import OctetDiagnostics
import OctetIR

/// Computes a graph as far as constants go: functions are entered, loops turned, variables have their stored
/// values, and what depends on an input becomes operators. Only what an output needs is looked at.
final class TensorFlowEvaluation {
  let source: TensorFlowSource
  let options: ImportOptions
  private(set) var log: DiagnosticLog
  var builder: GraphBuilder
  /// The values of the model's inputs, by node.
  var inputs: [String: TensorFlowValue] = [:]
  /// Inputs whose shape is not known, with what to say if they are needed.
  var openInputs: [String: Diagnostic] = [:]
  /// The nodes that `--inputs` and `--outputs` name, with the values that were found for them.
  var cuts: [String: TensorFlowValue] = [:]
  var captures: [String: TensorFlowValue?] = [:]
  /// What could not be done, by operator.
  var problems = TensorFlowProblems()
  /// The variables whose stored values the model uses, and the assignments in the functions that it entered.
  var readVariables: Set<String> = []
  var assignments: [(variable: String, node: Location)] = []

  /// The subgraphs within which nodes are looked at.
  var traces = 0

  /// The run of the graph itself.
  var main: BodyRun?

  /// The bodies of which it was told what is left out.
  var remarked: Set<String> = []

  /// The computed conditions that choose of the results of branches.
  var choosers: Set<ValueID> = []

  /// Turns and nodes looked at, these in each turn anew, and the bytes of constants that repeat one number.
  private(set) var visits = 0
  private var repeatedBytes = 0

  /// Nodes that are looked at, and bytes of repeated numbers, before a graph counts as too large.
  private static let mostVisits = 1 << 21
  private static let mostRepeatedBytes = 1 << 30

  init(_ source: TensorFlowSource, _ options: ImportOptions, _ log: DiagnosticLog) {
    self.source = source
    self.options = options
    self.log = log
    builder = GraphBuilder(within: source.place)
    for name in options.inputs { cuts[name] = .missing }
  }

  /// What looking at nodes changes.
  struct State {
    fileprivate let builder: GraphBuilder
    fileprivate let cuts: [String: TensorFlowValue]
    fileprivate let captures: [String: TensorFlowValue?]
    fileprivate let problems: TensorFlowProblems
    fileprivate let readVariables: Set<String>
    fileprivate let assignments: [(variable: String, node: Location)]
    fileprivate let remarked: Set<String>
    fileprivate let choosers: Set<ValueID>
    fileprivate let trace: ShapeTrace.State?
    fileprivate let log: DiagnosticLog
  }

  /// The present state, to come back to; what is logged from here on is no part of it.
  func mark() -> State {
    let state = State(
      builder: builder, cuts: cuts, captures: captures, problems: problems,
      readVariables: readVariables, assignments: assignments, remarked: remarked,
      choosers: choosers, trace: options.trace?.state, log: log)
    log = DiagnosticLog()
    for diagnostic in state.log.diagnostics { log.add(diagnostic) }
    return state
  }

  func reset(to state: State) {
    (builder, cuts, captures) = (state.builder, state.cuts, state.captures)
    (problems, log, remarked) = (state.problems, state.log, state.remarked)
    (readVariables, assignments) = (state.readVariables, state.assignments)
    choosers = state.choosers
    if let trace = state.trace { options.trace?.state = trace }
  }

  /// Whether a value is an input of the model, and not of a loop's body.
  func isModelInput(_ id: ValueID) -> Bool { traces == 0 && builder.graph.inputs.contains(id) }

  // MARK: Order

  /// The values of `wanted` in a run of a body, whose nodes are looked at in the order of what they read.
  func values(_ wanted: [TensorReference], in run: BodyRun) -> [TensorFlowValue] {
    var isOpen = [Bool](repeating: false, count: run.body.nodes.count)
    for reference in wanted {
      guard let root = run.body.place(of: reference.node) else { continue }
      var stack = [root]
      while let place = stack.last {
        if run.results[place] != nil {
          stack.removeLast()
          continue
        }
        if !isOpen[place] {
          isOpen[place] = true
          if isGivenCut(run.body.nodes[place]) { continue }
          // What comes back to itself stays open, and its readers find it missing.
          for reference in run.body.needs(of: place).reversed() {
            guard let next = run.body.place(of: reference.node), run.results[next] == nil,
              !isOpen[next]
            else { continue }
            stack.append(next)
          }
          continue
        }
        run.results[place] = results(of: place, in: run)
        stack.removeLast()
      }
    }
    return wanted.map { run.value($0) }
  }

  /// Counts a node or a turn that is looked at. Throws `OCT0307` when there were too many; nothing is looked at from then on.
  func visit() throws(Diagnostic) {
    visits += 1
    if isTooLarge { throw Self.tooLarge }
  }

  var isTooLarge: Bool { visits > Self.mostVisits }

  static var tooLarge: Diagnostic {
    Diagnostic(
      .unsupportedParameter,
      "the graph has more than \(mostVisits) nodes once its loops are unrolled")
  }

  // MARK: Nodes

  func location(of node: TFNodeDef, in body: TensorFlowBody) -> Location {
    let scope = node.name.split(separator: "/").dropLast().joined(separator: "/")
    return Location(
      op: node.op, node: node.name, scope: scope.isEmpty ? nil : scope, function: body.function
    ).completed(by: source.place)
  }

  /// The values of a node's outputs; what is wrong with it is logged.
  private func results(of place: Int, in run: BodyRun) -> [TensorFlowValue] {
    let node = run.body.nodes[place]
    let values = run.body.inputs[place].map { run.value($0) }
    let location = location(of: node, in: run.body)
    if isGivenCut(node) { return cut(node, nil, location).map { [$0] } ?? [] }
    var results: [TensorFlowValue]
    do throws(Diagnostic) {
      results = try apply(node, values, at: place, in: run, location)
    } catch {
      results = []
      problems.add(error.located(location), self, place, run)
    }
    if results.isEmpty, traces == 0 {
      problems.frontier(of: node.name, values, builder)
      results = openResults(of: node, values, at: place, in: run, location)
    }
    if traces == 0 { options.trace?.add(location, values, results, builder.graph) }
    if cuts[node.name] != nil, let cut = cut(node, results.first, location) { results = [cut] }
    if case .some(nil) = captures[node.name] { captures[node.name] = results.first }
    return results
  }

  private func apply(
    _ node: TFNodeDef, _ values: [TensorFlowValue], at place: Int, in run: BodyRun,
    _ location: Location
  ) throws(Diagnostic) -> [TensorFlowValue] {
    if isTooLarge { return [] }
    try visit()
    var values = values
    if node.op.hasPrefix("ResourceGather"), case .variable(let name)? = values.first {
      values[0] = .constant(try stored(name))
    }
    let foreign = TensorFlowNode(node, inputs: values, location: location)
    builder.begin(node.name, location)
    switch node.op {
    case "Const": return [.constant(try constant(foreign))]
    case "Placeholder", "PlaceholderV2", "PlaceholderWithDefault":
      if run.body.function == nil, let open = openInputs[node.name] { throw open }
      if run.body.function == nil, let input = inputs[node.name] { return [input] }
      if let first = values.first { return [first] }
      throw Diagnostic(
        .unknownInput, "'\(node.name)' is no input of the signature, and an output needs it")
    case "IdentityN": return values
    case "StatelessRandomGetKeyCounter", "StatelessRandomGetAlg", "StatelessRandomGetKeyCounterAlg":
      // Where random numbers begin, which is told where they are made.
      return [TensorFlowValue](repeating: .constant(Tensor([1], int32: [0])), count: 3)
    case "VarHandleOp", "HashTableV2", "HashTable", "VariableV2", "Variable":
      return [.variable(node.name)]
    case "ReadVariableOp", "Identity", "StopGradient", "PreventGradient", "Snapshot",
      "CheckNumerics", "Print", "EnsureShape",
      "DisableCopyOnRead":
      guard let first = values.first else { break }
      guard case .variable(let name) = first, node.op != "StopGradient" else { return [first] }
      return [.constant(try stored(name))]
    default: break
    }
    if let results = try tableResults(foreign) { return results }
    if let results = try controlFlow(foreign, at: place, in: run) { return results }
    if let results = try training(foreign, at: place, in: run) { return results }
    if let results = try foreign.shapeResults(builder) { return results }
    if let results = try KnownNumbers.results(of: foreign) {
      return results.map { .constant($0) }
    }
    if let results = try foreign.listResults(&builder) { return results }
    if let results = try foreign.complexResults(&builder) { return results }
    guard let mapping = OpMapping.tensorFlow[node.op] else {
      problems.add(unsupported: node.op, location, self, place, run)
      return []
    }
    for case .missing in values { return [] }
    if let results = try foreign.wideResults(mapping, &builder) { return results }
    return try mapping.build(foreign, &builder).map { builder.known($0) }
  }

  private func constant(_ node: TensorFlowNode) throws(Diagnostic) -> Tensor {
    let (tensor, repeated) = try node.tensor("value")
    repeatedBytes += repeated
    guard repeatedBytes <= Self.mostRepeatedBytes else {
      throw Diagnostic(
        .tensorTooLarge, "the graph's constants repeat their numbers to more than 1 GiB")
    }
    return tensor
  }

  /// What a variable holds. Throws `OCT0302` when that is not in the file.
  func stored(_ name: String) throws(Diagnostic) -> Tensor {
    readVariables.insert(name)
    guard let tensor = source.variables[name] else {
      throw Diagnostic(
        .missingWeights, "a variable has no stored value", notes: ["it is '\(name)'"],
        help: "save the model again with its variables")
    }
    return tensor
  }
}

/// A body with the values of its arguments and, so far, of its nodes.
final class BodyRun {
  let body: TensorFlowBody
  let arguments: [TensorFlowValue]
  /// Functions within functions.
  let depth: Int
  /// By node; nil for those that were not looked at.
  var results: [[TensorFlowValue]?]

  init(_ body: TensorFlowBody, _ arguments: [TensorFlowValue], depth: Int) {
    self.body = body
    self.arguments = arguments
    self.depth = depth
    results = [[TensorFlowValue]?](repeating: nil, count: body.nodes.count)
  }

  /// What was found for `reference` so far.
  func value(_ reference: TensorReference) -> TensorFlowValue {
    if let place = body.argument(reference.node) {
      return arguments.indices.contains(place) ? arguments[place] : .missing
    }
    guard let place = body.place(of: reference.node), let values = results[place] else {
      return .missing
    }
    let index = reference.place(in: body.nodes[place].op)
    return values.indices.contains(index) ? values[index] : .missing
  }
}
