package import OctetIR
import OctetSchema

extension SpaceToBatchND {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    Self.version(operands)
  }

  static func version(_ operands: Operands) -> Int32 {
    if operands.types[0]?.shape.rank != 4 { return 3 }
    return operands.version(int8: 2, int16: 4)
  }

  package var options: OperatorOptions {
    OperatorOptions(.spaceToBatchNDOptions, SpaceToBatchNDOptionsTable.object())
  }
}

extension BatchToSpaceND {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    SpaceToBatchND.version(operands)
  }

  package var options: OperatorOptions {
    OperatorOptions(.batchToSpaceNDOptions, BatchToSpaceNDOptionsTable.object())
  }
}
