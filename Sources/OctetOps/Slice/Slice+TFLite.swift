package import OctetIR
import OctetSchema

extension Slice {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if results[0].shape.rank > 4 { return 5 }
    return operands.version(int8: 2, int16: 4)
  }

  package var options: OperatorOptions {
    OperatorOptions(.sliceOptions, SliceOptionsTable.object())
  }
}
