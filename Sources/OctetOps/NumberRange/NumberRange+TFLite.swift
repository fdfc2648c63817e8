package import OctetIR
import OctetSchema

extension NumberRange {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    results[0].element == .int64 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(.rangeOptions, RangeOptionsTable.object())
  }
}
