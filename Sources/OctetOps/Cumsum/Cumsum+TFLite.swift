package import OctetIR
import OctetSchema

extension Cumsum {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .cumsumOptions, CumsumOptionsTable.object(exclusive: exclusive, reverse: reverse))
  }
}
