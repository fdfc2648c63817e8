package import OctetDiagnostics
package import OctetIR

/// Runs passes over a graph until none has anything left to do, verifies the graph after each
/// patch, and records what was done.
package struct PassManager {
  /// One applied patch.
  package struct Step: Sendable {
    /// From 1, counted over the whole run; `--stop-after` takes it.
    package let number: Int
    package let pass: String
    /// What the pass did, in the words of its patch.
    package let summary: String
    package let nodesBefore: Int
    package let nodesAfter: Int
  }

  private let passes: [any GraphPass]
  /// The number of patches after which to stop.
  private let limit: Int
  private let observe: (Step, Graph) -> Void

  /// - Parameters:
  ///   - stopAfter: apply at most this many patches.
  ///   - observe: called after each patch with the graph it gave.
  package init(
    _ passes: [any GraphPass], stopAfter: Int? = nil,
    observe: @escaping (Step, Graph) -> Void = { _, _ in }
  ) {
    self.passes = passes
    self.limit = stopAfter ?? .max
    self.observe = observe
  }

  /// Subgraphs are rewritten before the graph that runs them.
  ///
  /// - Throws: `DiagnosticFailure` when a pass refuses the graph (its own codes) or, by a fault of
  ///   ours, breaks it (`OCT0404`).
  package func run(_ graph: Graph, log: DiagnosticLog) throws(DiagnosticFailure) -> Graph {
    var count = 0
    return try run(graph, &count, log)
  }

  /// - Parameter count: the patches so far.
  private func run(
    _ graph: Graph, _ count: inout Int, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Graph {
    var whole = graph
    for (index, subgraph) in graph.subgraphs.enumerated() {
      whole.subgraphs[index] = try run(subgraph, &count, log)
    }
    var view = GraphView(whole)
    // Every patch removes, merges or moves nodes towards the outputs; far more patches than that
    // can need mean that two passes undo each other.
    let guardLimit = count + 1000 + 100 * graph.nodes.count
    var isChanged = true
    while isChanged {
      isChanged = false
      for pass in passes {
        var index = 0
        while index < view.graph.nodes.count {
          if count == limit { return view.graph }
          guard let patch = try patch(pass, at: index, view, log) else {
            index += 1
            continue
          }
          count += 1
          let (result, touched) = patch.applied()
          try verify(result, touched, madeFrom: view.graph, pass, patch, log)
          if count > guardLimit {
            throw log.failure(
              Diagnostic(.passBrokeGraph, "pass '\(pass.name)' does not come to an end"))
          }
          if let remark = patch.remark { log.add(remark) }
          observe(
            Step(
              number: count, pass: pass.name, summary: patch.summary,
              nodesBefore: view.graph.nodes.count, nodesAfter: result.nodes.count), result)
          view = GraphView(result)
          isChanged = true
          index = max(0, index - 1)
        }
      }
    }
    return view.graph
  }

  private func patch(
    _ pass: any GraphPass, at index: Int, _ view: GraphView, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> GraphPatch? {
    // Passes rewrite float graphs. What is quantized already stays as its maker has tuned it.
    if view.isQuantized(view.graph.nodes[index]) { return nil }
    do {
      return try pass.patch(at: index, in: view)
    } catch {
      throw log.failure(view.graph.described(error, view.graph.nodes[index]))
    }
  }

  private func verify(
    _ graph: Graph, _ touched: [Int], madeFrom before: Graph, _ pass: any GraphPass,
    _ patch: GraphPatch, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let problems = DiagnosticLog()
    var notes: [String] = []
    if !graph.verify(touched: touched, into: problems) {
      notes = problems.diagnostics.map { $0.message }
    }
    for (old, new) in zip(before.outputs, graph.outputs)
    where !graph[new].type.shape.agrees(with: before[old].type.shape)
      || graph[new].name != before[old].name
    {
      notes.append("output \(before[old].text) became \(graph[new].text)")
    }
    guard !notes.isEmpty else { return }
    throw log.failure(
      Diagnostic(
        .passBrokeGraph, "pass '\(pass.name)' broke the graph at '\(patch.summary)'", notes: notes,
        help: "this is a fault of Octet; --stop-after converts without the patch"))
  }
}
