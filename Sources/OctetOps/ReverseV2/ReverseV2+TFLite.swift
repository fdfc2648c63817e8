package import OctetIR
import OctetSchema

extension ReverseV2 {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(.reverseV2Options, ReverseV2OptionsTable.object())
  }
}
