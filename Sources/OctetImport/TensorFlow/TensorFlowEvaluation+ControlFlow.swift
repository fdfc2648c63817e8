import OctetDiagnostics
import OctetIR
import OctetOps

extension TensorFlowEvaluation {
  /// Functions within functions.
  private static let deepest = 64

  /// The results of what chooses what else runs, both as functions and as TensorFlow 1 has it, with nodes that are
  /// dead; nil for other operators.
  ///
  /// Source: "Implementation of Control Flow in TensorFlow" (2017) for Switch, Merge and the frames of loops.
  func controlFlow(
    _ node: TensorFlowNode, at place: Int, in run: BodyRun
  ) throws(Diagnostic) -> [TensorFlowValue]? {
    if node.type == "Merge" { return try merge(node, at: place, in: run) }
    for case .dead in node.inputs { return [TensorFlowValue](repeating: .dead, count: 8) }
    switch node.type {
    case "PartitionedCall", "StatefulPartitionedCall":
      return try call(try node.function("f"), node.inputs, run.depth)
    case "While", "StatelessWhile": return try results(of: loop(node, run.depth))
    case "If", "StatelessIf": return try branch(node, run.depth)
    case "Case", "StatelessCase": return try choice(node, run.depth)
    case "Switch", "RefSwitch": return try split(node)
    case "Enter", "RefEnter", "NextIteration", "RefNextIteration", "LoopCond":
      return [try node.input(0)]
    case "Exit", "RefExit": return try leave(place, in: run)
    default: return nil
    }
  }

  // MARK: Functions

  /// A function that is called within `depth` others.
  func function(_ name: String, _ depth: Int) throws(Diagnostic) -> TensorFlowBody {
    guard let called = source.functions[name] else {
      throw Diagnostic(.invalidGraph, "there is no function '\(name)'")
    }
    guard depth < Self.deepest else {
      throw Diagnostic(.invalidGraph, "functions call each other without end")
    }
    return called
  }

  func call(
    _ name: String, _ arguments: [TensorFlowValue], _ depth: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let called = try function(name, depth)
    let run = BodyRun(called, arguments, depth: depth + 1)
    let results = values(called.results, in: run)
    noteAssignments(in: run)
    remarkAsides(in: called)
    return results
  }

  /// The branch that a condition chooses; both of them where it is not known, of whose results it chooses.
  private func branch(
    _ node: TensorFlowNode, _ depth: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    if let id = chooser(try node.input(0)) { return try selected(node, id, depth) }
    guard let condition = try condition(node.input(0)) else { return [] }
    return try call(
      try node.function(condition ? "then_branch" : "else_branch"),
      Array(node.inputs.dropFirst()), depth)
  }

  private func selected(
    _ node: TensorFlowNode, _ condition: ValueID, _ depth: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let arguments = Array(node.inputs.dropFirst())
    let chosen = try call(try node.function("then_branch"), arguments, depth)
    let others = try call(try node.function("else_branch"), arguments, depth)
    builder.begin(node.name, node.location)
    var results: [TensorFlowValue] = []
    for (left, right) in zip(chosen, others) {
      if case .missing = left { return [] }
      if case .missing = right { return [] }
      results.append(try select(condition, left, right))
    }
    remarkSelected(condition, node.location)
    return results
  }

  /// The branch that a number chooses; a number that is no branch's means the last.
  private func choice(
    _ node: TensorFlowNode, _ depth: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    if case .missing = try node.input(0) { return [] }
    guard let chosen = try node.integers(0, "number of the branch").first else {
      throw Diagnostic(.invalidGraph, "the number of the branch is missing")
    }
    let branches = try node.functions("branches")
    guard let last = branches.last else { throw Diagnostic(.invalidGraph, "there is no branch") }
    return try call(
      branches.indices.contains(chosen) ? branches[chosen] : last,
      Array(node.inputs.dropFirst()), depth)
  }

  /// A condition that must be known; nil when it could not be made.
  func condition(_ value: TensorFlowValue) throws(Diagnostic) -> Bool? {
    switch value {
    case .missing: return nil
    case .constant(let tensor):
      guard let number = KnownNumbers(tensor)?.values.first else {
        throw Diagnostic(.unsupportedParameter, "the condition of the branch is no number")
      }
      return number != 0
    case .computed(let id) where isModelInput(id):
      throw Diagnostic(
        .trainingLeftover,
        "the input '\(builder.graph[id].name)' chooses which part of the model runs",
        notes: ["most often it says whether the model is trained"],
        helps: [Fix.training.help("make it false")])
    case .computed, .complex, .list, .packedList, .variable, .random, .dead:
      throw Diagnostic(
        .dataDependent, "which branch runs depends on what the model computes",
        notes: ["a .tflite made here computes every operator it has"])
    }
  }
}
