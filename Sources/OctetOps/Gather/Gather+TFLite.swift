import OctetDiagnostics
package import OctetIR
import OctetSchema

extension Gather {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if batchDims != 0 { return 5 }
    return operands.version(int8: 2, int16: 4)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .gatherOptions,
      GatherOptionsTable.object(
        axis: Int32(truncatingIfNeeded: axis), batchDims: Int32(truncatingIfNeeded: batchDims)))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(GatherOptionsTable.self)
    return Gather(axis: Int(options.axis), batchDims: Int(options.batchDims))
  }
}

extension GatherND {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.gatherNdOptions, GatherNdOptionsTable.object())
  }
}
