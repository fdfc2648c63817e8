import OctetDiagnostics
package import OctetIR
import OctetSchema

extension If {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.ifOptions, calling: [then, otherwise]) { places in
      IfOptionsTable.object(thenSubgraphIndex: places[0], elseSubgraphIndex: places[1])
    }
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(IfOptionsTable.self)
    return If(
      then: try reader.subgraph(options.thenSubgraphIndex),
      otherwise: try reader.subgraph(options.elseSubgraphIndex))
  }
}
