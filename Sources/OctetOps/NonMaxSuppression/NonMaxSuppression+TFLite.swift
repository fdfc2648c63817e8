package import OctetIR
import OctetSchema

extension NonMaxSuppressionV4 {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.nonMaxSuppressionV4Options, NonMaxSuppressionV4OptionsTable.object())
  }
}

extension NonMaxSuppressionV5 {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.nonMaxSuppressionV5Options, NonMaxSuppressionV5OptionsTable.object())
  }
}
