package import OctetIR
import OctetSchema

extension ExpandDims {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.expandDimsOptions, ExpandDimsOptionsTable.object())
  }
}
