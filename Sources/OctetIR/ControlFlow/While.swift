package import OctetDiagnostics

/// Runs `body` while `condition` holds, as TFLite's WHILE.
///
/// Inputs are the loop variables; `condition` takes them and gives one bool, `body` takes them and
/// gives their next values. An extent that changes between turns must be unknown.
package final class While: Op {
  package let condition: String
  package let body: String

  package init(condition: String, body: String) {
    self.condition = condition
    self.body = body
  }

  package convenience init(attributes: AttributeReader) throws(Diagnostic) {
    try attributes.allow(["condition", "body"])
    self.init(condition: try attributes.graph("condition"), body: try attributes.graph("body"))
  }

  package var name: String { "while" }

  package var attributes: [Attribute] {
    [Attribute("condition", .graph(condition)), Attribute("body", .graph(body))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    var variables: [TensorType] = []
    for index in 0..<operands.count { variables.append(try operands.type(index)) }
    let test = try graph(condition, operands)
    try check(test, takes: variables)
    guard test.outputs.count == 1, test[test.outputs[0]].type.element == .bool else {
      throw Diagnostic(.subgraphMismatch, "condition '@\(condition)' must give one bool")
    }
    let step = try graph(body, operands)
    try check(step, takes: variables)
    guard step.outputs.count == variables.count else {
      throw Diagnostic(
        .subgraphMismatch,
        "body '@\(body)' gives \(step.outputs.count) values for \(variables.count) loop variables")
    }
    for (index, variable) in variables.enumerated() {
      let next = step[step.outputs[index]]
      guard next.type.element == variable.element, next.type.shape.agrees(with: variable.shape)
      else {
        throw Diagnostic(
          .subgraphMismatch,
          "body '@\(body)' turns loop variable \(index) from \(variable.text) into "
            + next.type.text, tensors: [next.text])
      }
    }
    return variables
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "loop variables would change scale from turn to turn")
  }

  private func graph(_ name: String, _ operands: Operands) throws(Diagnostic) -> Graph {
    for graph in operands.subgraphs where graph.name == name { return graph }
    throw Diagnostic(.subgraphMismatch, "there is no subgraph '@\(name)'")
      .suggesting(name, from: operands.subgraphs.map { $0.name })
  }

  private func check(_ graph: Graph, takes variables: [TensorType]) throws(Diagnostic) {
    guard graph.inputs.count == variables.count else {
      throw Diagnostic(
        .subgraphMismatch,
        "'@\(graph.name)' takes \(graph.inputs.count) values for \(variables.count) loop variables")
    }
    for (input, variable) in zip(graph.inputs, variables) {
      let type = graph[input].type
      guard type.element == variable.element, type.shape.agrees(with: variable.shape) else {
        throw Diagnostic(
          .subgraphMismatch,
          "'@\(graph.name)' takes '\(graph[input].name)' as \(type.text), the loop variable is "
            + variable.text)
      }
    }
  }
}
