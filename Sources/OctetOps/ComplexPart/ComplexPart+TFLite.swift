import OctetDiagnostics
package import OctetIR
import OctetSchema

extension ComplexPart {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions { OperatorOptions(.none, FlatObject()) }
}
