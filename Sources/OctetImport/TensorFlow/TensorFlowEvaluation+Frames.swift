import OctetDiagnostics
import OctetIR

/// Control flow of TensorFlow 1: data is switched to branches and merged, loops are frames.
extension TensorFlowEvaluation {
  /// The data on the side that the condition chooses; on both when that is not known, so that both are looked at
  /// before they meet.
  func split(_ node: TensorFlowNode) throws(Diagnostic) -> [TensorFlowValue] {
    let data = try node.input(0)
    guard case .constant(let tensor) = try node.input(1), let known = KnownNumbers(tensor),
      let condition = known.values.first
    else { return [data, data] }
    return condition != 0 ? [.dead, data] : [data, .dead]
  }

  /// The input that is not dead.
  func merge(
    _ node: TensorFlowNode, at place: Int, in run: BodyRun
  ) throws(Diagnostic) -> [TensorFlowValue] {
    if run.body.isLoopVariable(place) {
      throw Diagnostic(
        .dataDependent, "'\(node.name)' has another value in each turn of a loop",
        help: "make what depends on it in the loop an input: --inputs NODE")
    }
    var alive: [Int] = []
    for (index, input) in node.inputs.enumerated() {
      if case .dead = input { continue }
      alive.append(index)
    }
    guard let chosen = alive.first else { return [.dead, .dead] }
    let open = alive.count > 1 ? openCondition(before: place, in: run) : nil
    // That an input chooses is a cause of its own, whatever else is wrong with the branches.
    if case .computed(let id)? = open, isModelInput(id) {
      _ = try condition(.computed(id))
    }
    for index in alive { if case .missing = node.inputs[index] { return [] } }
    guard alive.count == 1 else {
      if alive == [0, 1], let (condition, chosen) = meeting(at: place, in: run) {
        remarkSelected(condition, node.location)
        return [try select(condition, node.inputs[chosen], node.inputs[1 - chosen])]
      }
      if let open { _ = try condition(open) }
      throw Diagnostic(.invalidGraph, "two branches meet that both run")
    }
    return [node.inputs[chosen], .constant(Tensor([], int32: [Int32(chosen)]))]
  }

  /// The condition that sends data to a Merge from both of its branches.
  private func openCondition(before place: Int, in run: BodyRun) -> TensorFlowValue? {
    var seen: Set<Int> = []
    var stack = [place]
    while let next = stack.popLast() {
      guard seen.insert(next).inserted else { continue }
      if run.body.nodes[next].op.hasSuffix("Switch"), run.body.inputs[next].count == 2 {
        let condition = run.value(run.body.inputs[next][1])
        if case .constant = condition { continue }
        return condition
      }
      stack += run.body.inputs[next].compactMap { run.body.place(of: $0.node) }
    }
    return nil
  }

  /// Runs the loop that a node leaves: the results of all nodes that leave it are set.
  func leave(_ place: Int, in run: BodyRun) throws(Diagnostic) -> [TensorFlowValue] {
    guard let frame = run.body.frame(ofExit: place) else {
      throw Diagnostic(.invalidGraph, "the node leaves no loop")
    }
    let values = try results(of: loop(frame, leftBy: place, in: run))
    for (variable, value) in zip(frame.variables, values) {
      if let exit = variable.exit { run.results[exit] = [value] }
    }
    return run.results[place] ?? []
  }
}
