package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Runs `body` while `condition` holds, as TFLite's WHILE.
///
/// Inputs are the loop variables; `condition` takes them and gives one bool, `body` takes them and
/// gives their next values. An extent that changes between turns ends the loop (`OCT0710`).
/// Loops that take more than `mostTurns` turns in one run of a model end there.
package final class While: BuiltinOp {
  /// Turns of all loops in one run of a model.
  package static let mostTurns = 1 << 24

  package let condition: String
  package let body: String

  package init(condition: String, body: String) {
    self.condition = condition
    self.body = body
  }

  package static let entry = OpEntry(
    "while", .`while`, types: [.float32, .int32, .bool],
    "a loop, its condition and body as subgraphs",
    notImported: "made for loops that are not unrolled",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["condition", "body"])
      return While(
        condition: try attributes.graph("condition"), body: try attributes.graph("body"))
    },
    read: While.read, cast: { $0 as? While })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("condition", .graph(condition)), Attribute("body", .graph(body))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    var variables: [TensorType] = []
    for index in 0..<operands.count { variables.append(try operands.type(index)) }
    guard !variables.isEmpty else {
      throw Diagnostic(.invalidGraph, "the loop has no variables")
    }
    let test = try operands.subgraph(condition)
    try test.check(takes: variables)
    guard test.outputs.count == 1, test[test.outputs[0]].type.element == .bool,
      test[test.outputs[0]].type.shape.elementCount == 1
    else {
      throw Diagnostic(.subgraphMismatch, "condition '@\(condition)' must give one bool")
    }
    let step = try operands.subgraph(body)
    try step.check(takes: variables)
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

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "the subgraphs read their inputs as they are"),
      clamp: .none(because: "a loop has several results"), window: nil, identity: .never,
      isView: false, copies: .none(because: "each loop turns as often as its own condition says"),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "loop variables would change scale from turn to turn")
  }
}
