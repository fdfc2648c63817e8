package import OctetIR
import OctetSchema

extension Unary {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    switch (kind, operands.types[0]?.element) {
    case (.abs, .int32): 5
    case (.abs, .int8): 2
    default: 1
    }
  }

  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }
}
