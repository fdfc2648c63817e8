package import OctetIR
import OctetSchema

extension Split {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    switch (kind, results[0].element) {
    case (.equal, .int16): 4
    case (.equal, .int32): 3
    case (.equal, .int8), (.sized, .int8), (.single, .int8), (.single, .uint8): 2
    case (.single, .int16): 4
    default: 1
    }
  }

  package var options: OperatorOptions {
    switch kind {
    case .equal:
      OperatorOptions(.splitOptions, SplitOptionsTable.object(numSplits: Int32(count)))
    case .sized:
      OperatorOptions(.splitVOptions, SplitVOptionsTable.object(numSplits: Int32(count)))
    case .single(let axis):
      OperatorOptions(
        .unpackOptions,
        UnpackOptionsTable.object(num: Int32(count), axis: Int32(truncatingIfNeeded: axis)))
    }
  }
}
