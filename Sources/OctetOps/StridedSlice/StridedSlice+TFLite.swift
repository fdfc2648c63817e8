import OctetDiagnostics
package import OctetIR
import OctetSchema

extension StridedSlice {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if masks.ellipsis != 0 || masks.newAxis != 0 { return 6 }
    if let rank = operands.types[0]?.shape.rank, rank > 4 { return 4 }
    return operands.version(int8: 2)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .stridedSliceOptions,
      StridedSliceOptionsTable.object(
        beginMask: Int32(truncatingIfNeeded: masks.begin),
        endMask: Int32(truncatingIfNeeded: masks.end),
        ellipsisMask: Int32(truncatingIfNeeded: masks.ellipsis),
        newAxisMask: Int32(truncatingIfNeeded: masks.newAxis),
        shrinkAxisMask: Int32(truncatingIfNeeded: masks.shrinkAxis)))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(StridedSliceOptionsTable.self)
    guard !options.offset else {
      throw Diagnostic(.invalidAttribute, "ends that count from their begin are not supported")
    }
    var masks = SliceMasks()
    masks.begin = Int(options.beginMask)
    masks.end = Int(options.endMask)
    masks.ellipsis = Int(options.ellipsisMask)
    masks.newAxis = Int(options.newAxisMask)
    masks.shrinkAxis = Int(options.shrinkAxisMask)
    return StridedSlice(masks)
  }
}
