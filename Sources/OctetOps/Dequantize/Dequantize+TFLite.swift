package import OctetIR
import OctetSchema

extension Dequantize {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if operands.types[0]?.quantization?.axis != nil { return 5 }
    switch operands.types[0]?.element {
    case .float16, .int16: return 3
    case .int8: return 2
    default: return 1
    }
  }

  package var options: OperatorOptions {
    OperatorOptions(.dequantizeOptions, DequantizeOptionsTable.object())
  }
}
