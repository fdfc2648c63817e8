import OctetDiagnostics
package import OctetIR
import OctetSchema

extension ResizeNearestNeighbor {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if alignCorners || halfPixelCenters { return 3 }
    return operands.version(int8: 2, int16: 4)
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
