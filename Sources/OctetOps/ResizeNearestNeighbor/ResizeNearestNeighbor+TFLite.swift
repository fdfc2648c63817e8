import OctetDiagnostics
package import OctetIR
import OctetSchema

extension ResizeNearestNeighbor {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if alignCorners || halfPixelCenters { return 3 }
    return operands.types[0]?.element == .int8 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .resizeNearestNeighborOptions,
      ResizeNearestNeighborOptionsTable.object(
        alignCorners: alignCorners, halfPixelCenters: halfPixelCenters))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(ResizeNearestNeighborOptionsTable.self)
    return ResizeNearestNeighbor(
      alignCorners: options.alignCorners, halfPixelCenters: options.halfPixelCenters)
  }
}
