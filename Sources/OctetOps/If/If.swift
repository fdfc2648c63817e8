package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Runs one of two subgraphs, by a condition.
///
/// Inputs: the condition, one bool; what both subgraphs take. Outputs: what the one that runs gives; both give values of
/// the same types and shapes.
package final class If: BuiltinOp {
  package let then: String
  package let otherwise: String

  package init(then: String, otherwise: String) {
    self.then = then
    self.otherwise = otherwise
  }

  package static let entry = OpEntry(
    "if", .`if`, types: [.float32, .int32, .bool], "one of two subgraphs by a condition",
    notImported: "importers choose of what both branches compute",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["then", "else"])
      return If(then: try attributes.graph("then"), otherwise: try attributes.graph("else"))
    },
    read: If.read, cast: { $0 as? If })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("then", .graph(then)), Attribute("else", .graph(otherwise))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let condition = try operands.type(0, among: [.bool])
    guard condition.shape.elementCount == 1 else {
      throw Diagnostic(
        .shapeMismatch, "the condition has shape [\(condition.shape.text)], not one element")
    }
    var arguments: [TensorType] = []
    for index in 1..<operands.count { arguments.append(try operands.type(index)) }
    let (first, second) = (try operands.subgraph(then), try operands.subgraph(otherwise))
    try first.check(takes: arguments)
    try second.check(takes: arguments)
    let results = first.outputs.map { first[$0].type }
    let others = second.outputs.map { second[$0].type }
    guard results.count == others.count,
      zip(results, others).allSatisfy({
        $0.element == $1.element && $0.shape.agrees(with: $1.shape)
      })
    else {
      throw Diagnostic(
        .subgraphMismatch,
        "'@\(then)' gives \(list(results)) and '@\(otherwise)' \(list(others))")
    }
    return results
  }

  private func list(_ types: [TensorType]) -> String {
    var text = ""
    for type in types { text += (text.isEmpty ? "" : ", ") + type.text }
    return text.isEmpty ? "nothing" : text
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "the subgraphs read their inputs as they are"),
      clamp: .none(because: "a branch has its own"), window: nil, identity: .never,
      isView: false, copies: .none(because: "each has its own condition"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "what the branches give may have different scales")
  }
}
