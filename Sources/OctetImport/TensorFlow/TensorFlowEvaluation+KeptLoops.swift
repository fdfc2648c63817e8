import OctetDiagnostics
import OctetIR
import OctetOps

/// Loops that stay loops: body and condition are evaluated once, on variables that are not known, and become subgraphs.
extension TensorFlowEvaluation {
  /// What a variable is in a loop that stays one.
  private enum Role {
    /// It has the same value in each turn, which subgraphs take up if it is a constant.
    case fixed
    /// It changes, and is a tensor, or a list in one.
    case changing(TensorType, isList: Bool)
  }

  /// A body or a condition that was evaluated.
  private struct Trace {
    var builder: GraphBuilder
    /// The variables there, and for those that are inputs of the subgraph, which.
    let variables: [TensorFlowValue]
    let inputs: [ValueID?]
    let values: [TensorFlowValue]
  }

  /// The results of a WHILE; nothing when its body could not be made, which has been reported. Throws why the loop
  /// cannot stay one.
  func kept(
    _ loop: TensorFlowLoop, _ remark: String, _ notes: [String]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    for name in Array(cuts.keys) + Array(captures.keys) where loop.runs(name) {
      throw Diagnostic(
        .unsupportedParameter, "'\(name)' in it is to be an input or output of the model")
    }
    let before = mark()
    do throws(Diagnostic) {
      let start = try loop.start.map { value throws(Diagnostic) in
        try builder.packedIfComputed(value)
      }
      var roles = [Role](repeating: .fixed, count: start.count)
      while true {
        let untried = mark()
        let turn = try trace(loop, start, roles) { variables throws(Diagnostic) in
          try loop.next(variables, nil)
        }
        guard turn.values.count == start.count else { return [] }
        for case .missing in turn.values { return [] }
        let found = try changes(in: turn, of: loop, start, roles)
        if found.isEmpty {
          let results = try whileResults(loop, start, roles, turn)
          if !results.isEmpty {
            log.add(Diagnostic(.loopKept, remark, at: loop.location, notes: notes))
          }
          return results
        }
        for (index, role) in found { roles[index] = role }
        reset(to: untried)
      }
    } catch {
      reset(to: before)
      throw error
    }
  }

  /// Evaluates `body` in a subgraph, whose inputs are the variables that change and those that the graph computes.
  private func trace(
    _ loop: TensorFlowLoop, _ start: [TensorFlowValue], _ roles: [Role],
    _ body: ([TensorFlowValue]) throws(Diagnostic) -> [TensorFlowValue]
  ) throws(Diagnostic) -> Trace {
    let outer = builder
    builder = GraphBuilder(subgraphOf: outer)
    traces += 1
    defer {
      builder = outer
      traces -= 1
    }
    var variables = start
    var inputs = [ValueID?](repeating: nil, count: start.count)
    for (index, role) in roles.enumerated() {
      let (type, isList): (TensorType, Bool)
      switch (role, start[index]) {
      case (.changing(let own, let list), _): (type, isList) = (own, list)
      case (.fixed, .computed(let id)): (type, isList) = (outer.graph[id].type, false)
      case (.fixed, .packedList(let id)): (type, isList) = (outer.graph[id].type, true)
      case (.fixed, .complex):
        throw Diagnostic(.unsupportedParameter, "'\(loop.names[index])' holds complex numbers")
      case (.fixed, _): continue
      }
      let id: ValueID
      if case .fixed = role, let constant = outer.constant(start[index]) {
        id = builder.graph.addConstant(loop.names[index], constant)
      } else {
        id = builder.addInput(loop.names[index], type)
        inputs[index] = id
      }
      variables[index] = isList ? .packedList(id) : .computed(id)
    }
    let values = try body(variables)
    return Trace(builder: builder, variables: variables, inputs: inputs, values: values)
  }

  /// The variables that were taken for fixed and are not, with what they are.
  private func changes(
    in turn: Trace, of loop: TensorFlowLoop, _ start: [TensorFlowValue], _ roles: [Role]
  ) throws(Diagnostic) -> [(Int, Role)] {
    var result: [(Int, Role)] = []
    for (index, role) in roles.enumerated() {
      guard case .fixed = role, !turn.values[index].isSame(as: turn.variables[index]) else {
        continue
      }
      switch start[index] {
      case .constant(let tensor):
        result.append((index, .changing((tensor.inSinglePrecision ?? tensor).type, isList: false)))
      case .computed(let id):
        result.append((index, .changing(builder.graph[id].type, isList: false)))
      case .packedList(let id):
        result.append((index, .changing(builder.graph[id].type, isList: true)))
      case .list(let items):
        guard let type = turn.builder.packedType(turn.values[index], items) else {
          throw Diagnostic(
            .unsupportedParameter,
            "the list '\(loop.names[index])' grows, or its tensors differ in shape or type")
        }
        result.append((index, .changing(type, isList: true)))
      default:
        throw Diagnostic(.unsupportedParameter, "'\(loop.names[index])' is no tensor")
      }
    }
    return result
  }

  private func whileResults(
    _ loop: TensorFlowLoop, _ start: [TensorFlowValue], _ roles: [Role], _ turn: Trace
  ) throws(Diagnostic) -> [TensorFlowValue] {
    var body = turn.builder
    var next: [ValueID?] = turn.inputs
    for (index, role) in roles.enumerated() {
      guard case .changing(let type, let isList) = role else { continue }
      let id = try body.value(turn.values[index], as: type, isList: isList)
      let found = body.graph[id].type
      guard found.element == type.element, found.shape == type.shape else {
        throw Diagnostic(
          .shapeMismatch,
          "'\(loop.names[index])' is \(type.text) before a turn and \(found.text) after it")
      }
      next[index] = id
    }
    builder.take(countsOf: body)
    let test = try trace(loop, start, roles) { variables throws(Diagnostic) in
      [try loop.condition(variables)]
    }
    if case .missing? = test.values.first { return [] }
    var condition = test.builder
    let isTrue = try condition.value(test.values[0], "condition")
    builder.take(countsOf: condition)
    condition.graph.outputs = [isTrue]

    // What neither reads need not go round.
    let readByBody = body.graph.readerCounts()
    let readByCondition = condition.graph.readerCounts()
    let variables = roles.indices.filter { index in
      guard let own = turn.inputs[index], let other = test.inputs[index] else { return false }
      if case .changing = roles[index] { return true }
      return readByBody[own.index] + readByCondition[other.index] > 0 || other == isTrue
        || roles.indices.contains { $0 != index && next[$0] == own }
    }
    body.graph.inputs = variables.compactMap { turn.inputs[$0] }
    condition.graph.inputs = variables.compactMap { test.inputs[$0] }
    body.graph.outputs = variables.compactMap { next[$0] }
    return try add(loop, start, roles, variables, &condition.graph, &body.graph)
  }

  private func add(
    _ loop: TensorFlowLoop, _ start: [TensorFlowValue], _ roles: [Role], _ variables: [Int],
    _ condition: inout Graph, _ body: inout Graph
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let number = builder.graph.subgraphs.count / 2 + 1
    (condition.name, body.name) = ("condition\(number)", "body\(number)")
    condition.compact()
    body.compact()
    builder.begin(loop.name, loop.location)
    var inputs: [ValueID] = []
    for index in variables {
      switch roles[index] {
      case .changing(let type, let isList):
        inputs.append(try builder.value(start[index], as: type, isList: isList))
      case .fixed:
        inputs.append(try builder.value(start[index], as: nil, isList: false))
      }
    }
    builder.graph.subgraphs += [condition, body]
    let made = try builder.add(
      While(condition: condition.name, body: body.name), inputs,
      names: variables.map { "\(loop.name)/\(loop.names[$0])" })
    var results = start
    for (index, id) in zip(variables, made) {
      guard case .changing(_, let isList) = roles[index] else { continue }
      results[index] = isList ? .packedList(id) : .computed(id)
    }
    return results
  }
}

extension TensorFlowValue {
  /// Whether two values of one graph are the same for certain.
  fileprivate func isSame(as other: TensorFlowValue) -> Bool {
    switch (self, other) {
    case (.computed(let a), .computed(let b)), (.packedList(let a), .packedList(let b)): a == b
    case (.constant(let a), .constant(let b)):
      a.type == b.type
        && (a.storage === b.storage || a.storage.bytes.elementsEqual(b.storage.bytes))
    case (.variable(let a), .variable(let b)): a == b
    case (.random(let a), .random(let b)): a.mean.storage === b.mean.storage
    case (.list(let a), .list(let b)):
      a.count == b.count && (a + b).allSatisfy { $0 == nil }
    case (.dead, .dead): true
    default: false
    }
  }
}
