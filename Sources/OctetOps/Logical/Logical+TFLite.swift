package import OctetIR
import OctetSchema

extension Logical {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }
}

extension LogicalNot {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }
}
