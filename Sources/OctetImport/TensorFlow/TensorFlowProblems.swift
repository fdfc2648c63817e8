import OctetDiagnostics
import OctetIR

/// What kept a graph from becoming operators: one entry a cause, with all the nodes that have it.
struct TensorFlowProblems {
  private struct Cause: Hashable {
    let code: DiagnosticCode
    let op: String?
    let message: String
  }

  private static let choosing: Set<String> = ["Merge", "If", "StatelessIf", "Switch"]

  private var diagnostics: [(first: Diagnostic, others: [Location])] = []
  private var places: [Cause: Int] = [:]
  /// Values that nodes read which could not be made: where the part that converts ends.
  private(set) var frontier: [ValueID] = []
  /// A node that could not be made and reads an input, with that input's extents.
  private(set) var atTheStart: (node: String, extents: [Int]?)?

  /// The nodes that could not be made, and not because of what they read.
  private(set) var nodes: Set<String> = []

  var isEmpty: Bool { diagnostics.isEmpty }

  /// Adds what is wrong with a node.
  mutating func add(
    _ diagnostic: Diagnostic, _ evaluation: TensorFlowEvaluation, _ place: Int, _ run: BodyRun
  ) {
    if let node = diagnostic.location?.node { nodes.insert(node) }
    let cause = Cause(
      code: diagnostic.code, op: diagnostic.location?.op, message: diagnostic.message)
    if let known = places[cause] {
      let present =
        [diagnostics[known].first.location].compactMap { $0 } + diagnostics[known].others
      // A loop is looked at more than once.
      if let location = diagnostic.location, !present.contains(location) {
        diagnostics[known].others.append(location)
      }
      return
    }
    var first = diagnostic
    if [.unsupportedParameter, .dataDependent].contains(first.code),
      let origin = evaluation.origin(of: place, in: run)
    {
      first.notes.append(origin)
    }
    places[cause] = diagnostics.count
    diagnostics.append((first, []))
  }

  /// Adds a node of an operator that Octet has not.
  mutating func add(
    unsupported type: String, _ location: Location, _ evaluation: TensorFlowEvaluation,
    _ place: Int, _ run: BodyRun
  ) {
    let refused = RefusedOperator(type)
    let message =
      refused.map { "the operator '\(type)' \($0.reason)" }
      ?? "the operator '\(type)' is not supported"
    add(
      Diagnostic(
        refused?.code ?? .unknownLayer, message, at: location, helps: refused?.helps ?? []),
      evaluation, place, run)
  }

  /// Notes the inputs of a node that could not be made.
  mutating func frontier(
    of node: String, _ values: [TensorFlowValue], _ builder: GraphBuilder
  ) {
    for case .computed(let id) in values where builder.graph.inputs.contains(id) {
      if atTheStart == nil { atTheStart = (node, builder.graph[id].type.shape.extents) }
    }
    for case .computed(let id) in values
    where !frontier.contains(id) && !builder.graph.inputs.contains(id) && frontier.count < 64 {
      frontier.append(id)
    }
  }

  /// - Parameters:
  ///   - cuts: ways out for all of them.
  ///   - notes: what else to say of the graph.
  func log(to log: DiagnosticLog, cuts: [Diagnostic.Help], notes: [String]) {
    let listed = 5
    // What chooses between branches comes before what is wrong in them.
    let choices = diagnostics.filter { Self.choosing.contains($0.first.location?.op ?? "") }
    let rest = diagnostics.filter { !Self.choosing.contains($0.first.location?.op ?? "") }
    for (index, (first, others)) in (choices + rest).enumerated() {
      var diagnostic = first
      if index == 0 {
        diagnostic.helps += cuts
        diagnostic.notes += notes
      }
      diagnostic.notes += others.prefix(listed).map { "also '\($0.node ?? "")'" }
      if others.count > listed {
        diagnostic.notes.append("and at \(counted(others.count - listed, "other place"))")
      }
      log.add(diagnostic)
    }
  }
}

extension TensorFlowEvaluation {
  /// Where what a node reads is no longer known from the file alone: the nodes from there to it.
  func origin(of place: Int, in run: BodyRun) -> String? {
    var trail: [String] = []
    var place = place
    var seen: Set<Int> = []
    while seen.insert(place).inserted, seen.count < 1000 {
      let next = run.body.inputs[place].first { reference in
        if case .computed = run.value(reference) { return true }
        return false
      }
      guard let next else { break }
      guard let source = run.body.place(of: next.node) else {
        trail.append("the argument '\(next.node)' of \(run.body.function ?? "the function")")
        break
      }
      trail.append("'\(next.node)' (\(run.body.nodes[source].op))")
      place = source
    }
    guard let last = trail.last else { return nil }
    let through = trail.dropLast().prefix(2).reversed().joined(separator: ", ")
    return "it depends on \(last)" + (through.isEmpty ? "" : ", through \(through)")
  }
}
