import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Tile {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2)
  }

  package var options: OperatorOptions { OperatorOptions(.tileOptions, TileOptionsTable.object()) }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    Tile()
  }
}

extension BroadcastTo {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.types[0]?.element == .int8 ? 3 : 2
  }

  package var options: OperatorOptions {
    OperatorOptions(.broadcastToOptions, BroadcastToOptionsTable.object())
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    BroadcastTo()
  }
}
