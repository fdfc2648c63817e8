package import OctetIR
import OctetSchema

extension Maximum {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    Self.version(operands, results)
  }

  static func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if isWideBroadcast(operands, results) { return 3 }
    return operands.version(int8: 2, int16: 4)
  }

  package var options: OperatorOptions {
    OperatorOptions(.maximumMinimumOptions, MaximumMinimumOptionsTable.object())
  }
}

extension Minimum {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    Maximum.version(operands, results)
  }

  package var options: OperatorOptions {
    OperatorOptions(.maximumMinimumOptions, MaximumMinimumOptionsTable.object())
  }
}
