package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Runs a subgraph in the first run since variables were reset: it gives them their first values.
///
/// No inputs and no outputs; nor has the subgraph.
package final class CallOnce: BuiltinOp {
  package let graph: String

  package init(graph: String) {
    self.graph = graph
  }

  package static let entry = OpEntry(
    "call_once", .callOnce, types: [.float32], "runs a subgraph once, which initializes variables",
    notImported: "importers take variables as their stored values",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["graph"])
      return CallOnce(graph: try attributes.graph("graph"))
    },
    read: { reader throws(Diagnostic) in
      let options = try reader.options(CallOnceOptionsTable.self)
      return CallOnce(graph: try reader.subgraph(options.initSubgraphIndex))
    }, cast: { $0 as? CallOnce })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("graph", .graph(graph))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 0...0)
    try operands.subgraph(graph).check(takes: [])
    return []
  }

  package var traits: OpTraits { .ofVariables }

  package var quantization: QuantizationRule { .ofVariables }

  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.callOnceOptions, calling: [graph]) { places in
      CallOnceOptionsTable.object(initSubgraphIndex: places[0])
    }
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let first = try context.subgraph(graph, [], .kept)
    let (pool, variables) = (context.pool, context.variables)
    return Step(kernel: "call-once of \(first.steps.count) steps") {
      if variables.areNew { first.run(on: pool) }
    }
  }
}
