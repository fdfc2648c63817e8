package import OctetIR
import OctetSchema

extension ReLU {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }
}

extension ReLU6 {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }
}
