package import OctetIR
import OctetSchema

extension Tile {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2)
  }

  package var options: OperatorOptions { OperatorOptions(.tileOptions, TileOptionsTable.object()) }
}

extension BroadcastTo {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.types[0]?.element == .int8 ? 3 : 2
  }

  package var options: OperatorOptions {
    OperatorOptions(.broadcastToOptions, BroadcastToOptionsTable.object())
  }
}
