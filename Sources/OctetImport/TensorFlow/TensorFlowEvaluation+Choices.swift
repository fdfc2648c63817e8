import OctetDiagnostics
import OctetIR
import OctetOps

/// Branches whose condition the model computes: both are computed, and it chooses of their results.
extension TensorFlowEvaluation {
  /// The truth value that chooses of results. None that is an input, which chooses between modes of the model.
  func chooser(_ value: TensorFlowValue) -> ValueID? {
    guard case .computed(let id) = value, !isModelInput(id),
      builder.graph[id].type == TensorType(.bool, [])
    else { return nil }
    return id
  }

  /// `chosen` where the condition holds, else `other`.
  func select(
    _ condition: ValueID, _ chosen: TensorFlowValue, _ other: TensorFlowValue
  ) throws(Diagnostic) -> TensorFlowValue {
    let (left, right) = (try builder.value(chosen, "then"), try builder.value(other, "else"))
    guard builder.graph[left].type == builder.graph[right].type else {
      throw Diagnostic(
        .dataDependent, "the branches have results of different shapes or types",
        notes: ["which one runs depends on what the model computes"])
    }
    if left == right { return .computed(left) }
    return .computed(try builder.add(SelectV2(), [condition, left, right]))
  }

  /// Tells once for each condition that both of its branches are computed.
  func remarkSelected(_ condition: ValueID, _ location: Location) {
    guard choosers.insert(condition).inserted else { return }
    log.add(
      Diagnostic(
        .branchesComputed, "both branches are computed, and the condition chooses of their results",
        at: location))
  }

  /// The condition whose two branches meet in a Merge, and the Merge's input from the branch that runs when it holds; nil
  /// when none is computed.
  func meeting(at place: Int, in run: BodyRun) -> (condition: ValueID, chosen: Int)? {
    let inputs = run.body.nodes[place].input.prefix(2)
    guard inputs.count == 2 else { return nil }
    var conditions: [ValueID] = []
    for input in inputs {
      walk(from: input, in: run) { condition, _ in
        if !conditions.contains(condition) { conditions.append(condition) }
        return true
      }
    }
    // Conditions around the Merge have both inputs on one side, those within an input have both sides in it.
    for condition in conditions.prefix(Self.mostConditions) {
      let sides = inputs.map { input in
        var sides: Set<Int> = []
        walk(from: input, in: run) { found, side in
          guard found == condition else { return true }
          sides.insert(side)
          return false
        }
        return sides
      }
      if sides[0].count == 1, sides[1].count == 1, sides[0] != sides[1] {
        return (condition, sides[0] == [1] ? 0 : 1)
      }
    }
    return nil
  }

  /// Conditions that are looked at for a Merge, and nodes for each.
  private static let mostConditions = 16
  private static let mostSteps = 1 << 12

  /// Goes back from `input` to the Switches with a computed condition, nearest first, and on behind those for which `visit`
  /// says so. Nodes that read nothing say with a control input on which side of a Switch they are.
  private func walk(
    from input: String, in run: BodyRun, _ visit: (_ condition: ValueID, _ side: Int) -> Bool
  ) {
    var queue = [TensorReference(input)]
    var seen = Set(queue)
    var next = 0
    while next < queue.count, next < Self.mostSteps {
      let reference = queue[next]
      next += 1
      guard let place = run.body.place(of: reference.node) else { continue }
      let node = run.body.nodes[place]
      if node.op == "Switch" || node.op == "RefSwitch", let last = run.body.inputs[place].last,
        let condition = chooser(run.value(last)), !visit(condition, reference.place(in: "Switch"))
      {
        continue
      }
      for input in node.input {
        let reference = TensorReference(input)
        if seen.insert(reference).inserted { queue.append(reference) }
      }
    }
  }
}
