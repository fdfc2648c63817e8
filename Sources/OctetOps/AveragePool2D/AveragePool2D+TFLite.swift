import OctetDiagnostics
package import OctetIR

extension AveragePool2D {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions { settings.options }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    AveragePool2D(try PoolSettings(reader))
  }
}
