import OctetDiagnostics
package import OctetIR
import OctetSchema

extension While {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.whileOptions, calling: [condition, body]) { places in
      WhileOptionsTable.object(condSubgraphIndex: places[0], bodySubgraphIndex: places[1])
    }
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(WhileOptionsTable.self)
    return While(
      condition: try reader.subgraph(options.condSubgraphIndex),
      body: try reader.subgraph(options.bodySubgraphIndex))
  }
}
