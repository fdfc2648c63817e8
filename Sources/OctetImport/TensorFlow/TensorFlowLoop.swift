import OctetDiagnostics

/// A loop of either version of TensorFlow: what it hands from turn to turn, and how to evaluate a turn.
struct TensorFlowLoop {
  let name: String
  let location: Location
  /// The variables' names.
  let names: [String]
  /// The variables before the first turn.
  let start: [TensorFlowValue]
  /// The variables that the condition depends on, and those that each variable's next value depends on.
  let conditionReads: Set<Int>
  let reads: [Set<Int>]
  /// The names of the nodes that it runs anew in each turn.
  let runs: (_ node: String) -> Bool
  /// Whether there is another turn.
  let condition: ([TensorFlowValue]) throws(Diagnostic) -> TensorFlowValue
  /// The variables of the next turn; only those of `wanted` where not all are wanted.
  let next:
    (_ variables: [TensorFlowValue], _ wanted: Set<Int>?) throws(Diagnostic) -> [TensorFlowValue]

  /// The variables that decide how often it turns.
  var deciding: Set<Int> {
    var result = conditionReads
    var open = Array(result)
    while let variable = open.popLast() {
      for read in reads[variable] where result.insert(read).inserted { open.append(read) }
    }
    return result
  }
}

extension TensorFlowBody {
  /// The variables that a value depends on, by what `variable` says of references and of the nodes' inputs.
  func dependencies(
    of reference: TensorReference, on variable: (TensorReference) -> Int?
  ) -> Set<Int> {
    var result: Set<Int> = []
    var seen: Set<Int> = []
    var open = [reference]
    while let next = open.popLast() {
      if let found = variable(next) {
        result.insert(found)
      } else if let place = place(of: next.node), seen.insert(place).inserted {
        open += inputs[place]
      }
    }
    return result
  }
}

extension TensorFlowEvaluation {
  /// A `While` of functions.
  func loop(_ node: TensorFlowNode, _ depth: Int) throws(Diagnostic) -> TensorFlowLoop {
    let (condition, body) = (try node.function("cond"), try node.function("body"))
    let (test, turn) = (try function(condition, depth), try function(body, depth))
    guard turn.results.count == node.inputs.count, test.results.count == 1 else {
      throw Diagnostic(.invalidGraph, "the loop's functions do not fit its variables")
    }
    return TensorFlowLoop(
      name: node.name, location: node.location, names: turn.arguments, start: node.inputs,
      conditionReads: test.dependencies(of: test.results[0]) { test.argument($0.node) },
      reads: turn.results.map { turn.dependencies(of: $0) { turn.argument($0.node) } },
      runs: { [source] name in
        source.functions.values.contains { $0.place(of: name) != nil }
      },
      condition: { variables throws(Diagnostic) in
        try self.call(condition, variables, depth).first ?? .missing
      },
      next: { variables, wanted throws(Diagnostic) in
        guard let wanted else { return try self.call(body, variables, depth) }
        let run = BodyRun(turn, variables, depth: depth + 1)
        let places = wanted.sorted()
        var result = [TensorFlowValue](repeating: .missing, count: variables.count)
        for (place, value) in zip(places, self.values(places.map { turn.results[$0] }, in: run)) {
          result[place] = value
        }
        return result
      })
  }

  /// A loop of TensorFlow 1: its variables, then what else enters its frame, which stays as it is.
  func loop(_ frame: LoopFrame, leftBy place: Int, in run: BodyRun) -> TensorFlowLoop {
    let body = run.body
    let starts = frame.variables.map { $0.start }
    let others = frame.entries.filter { !starts.contains($0) }
    let count = starts.count
    var variables: [String: Int] = [:]
    for (index, variable) in frame.variables.enumerated() {
      variables[body.nodes[variable.merge].name] = index
    }
    for (index, entry) in others.enumerated() { variables[entry.node] = count + index }
    func turn(_ state: [TensorFlowValue]) -> BodyRun {
      let turn = BodyRun(body, run.arguments, depth: run.depth)
      turn.results = run.results
      for node in frame.nodes { turn.results[node] = nil }
      for (variable, value) in zip(frame.variables, state) {
        turn.results[variable.merge] = [value, .missing]
      }
      for (entry, value) in zip(others, state.dropFirst(count)) {
        if let place = body.place(of: entry.node) { turn.results[place] = [value] }
      }
      return turn
    }
    let nodes = Set(frame.nodes.map { body.nodes[$0].name })
    let node = body.nodes[place]
    return TensorFlowLoop(
      name: node.name, location: location(of: node, in: body),
      names: frame.variables.map { body.nodes[$0.merge].name } + others.map { $0.node },
      start: (starts + others).map { run.value($0) },
      conditionReads: body.dependencies(of: frame.condition) { variables[$0.node] },
      reads: frame.variables.map { body.dependencies(of: $0.next) { variables[$0.node] } }
        + others.indices.map { [count + $0] },
      runs: { nodes.contains($0) },
      condition: { state in self.values([frame.condition], in: turn(state))[0] },
      next: { state, wanted in
        let places = (0..<count).filter { wanted?.contains($0) ?? true }
        var result = state
        let values = self.values(places.map { frame.variables[$0].next }, in: turn(state))
        for (place, value) in zip(places, values) { result[place] = value }
        return result
      })
  }
}
