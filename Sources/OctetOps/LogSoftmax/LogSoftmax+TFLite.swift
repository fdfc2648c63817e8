package import OctetIR
import OctetSchema

extension LogSoftmax {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2)
  }

  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }
}
