package import OctetIR
import OctetSchema

extension Transpose {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    let rank = results[0].shape.rank
    if rank > 4 { return rank > 5 ? 6 : 4 }
    switch operands.types[0]?.element {
    case .bool: return 3
    case .int8: return 2
    case .int16: return 5
    default: return 1
    }
  }

  package var options: OperatorOptions {
    OperatorOptions(.transposeOptions, TransposeOptionsTable.object())
  }
}
