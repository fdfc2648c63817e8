package import OctetIR
import OctetSchema

extension Fill {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    switch results[0].element {
    case .int8, .int16: 3
    case .bool, .string: 2
    default: 1
    }
  }

  package var options: OperatorOptions { OperatorOptions(.fillOptions, FillOptionsTable.object()) }
}
