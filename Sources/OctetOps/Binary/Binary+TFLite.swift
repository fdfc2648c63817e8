package import OctetIR
import OctetSchema

extension Binary {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    kind == .floorDiv && operands.types[0]?.element == .float32 ? 2 : 1
  }

  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }
}
