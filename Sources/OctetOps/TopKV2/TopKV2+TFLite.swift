package import OctetIR
import OctetSchema

extension TopKV2 {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    switch operands.types[0]?.element {
    case .int16: 3
    case .int8: 2
    default: 1
    }
  }

  package var options: OperatorOptions {
    OperatorOptions(.topKV2Options, TopKV2OptionsTable.object())
  }
}
