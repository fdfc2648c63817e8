package import OctetIR
import OctetSchema

extension DynamicUpdateSlice {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.types[2]?.element == .int64 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(.dynamicUpdateSliceOptions, DynamicUpdateSliceOptionsTable.object())
  }
}
