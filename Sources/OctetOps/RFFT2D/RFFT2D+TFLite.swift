import OctetDiagnostics
package import OctetIR
import OctetSchema

extension RFFT2D {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.rfft2dOptions, Rfft2dOptionsTable.object())
  }
}
