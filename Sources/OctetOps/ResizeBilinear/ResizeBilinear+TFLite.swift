import OctetDiagnostics
package import OctetIR
import OctetSchema

extension ResizeBilinear {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    if halfPixelCenters { return 3 }
    return operands.version(int8: 2, int16: 4)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .resizeBilinearOptions,
      ResizeBilinearOptionsTable.object(
        alignCorners: alignCorners, halfPixelCenters: halfPixelCenters))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(ResizeBilinearOptionsTable.self)
    return ResizeBilinear(
      alignCorners: options.alignCorners, halfPixelCenters: options.halfPixelCenters)
  }
}
