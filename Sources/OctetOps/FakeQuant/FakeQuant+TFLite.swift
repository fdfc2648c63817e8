import OctetDiagnostics
package import OctetIR
import OctetSchema

extension FakeQuant {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    range.isNarrow ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .fakeQuantOptions,
      FakeQuantOptionsTable.object(
        min: range.wanted.low, max: range.wanted.high, numBits: Int32(range.bits),
        narrowRange: range.isNarrow))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(FakeQuantOptionsTable.self)
    return FakeQuant(
      try TrainedRange(
        low: options.min, high: options.max, bits: Int(options.numBits),
        isNarrow: options.narrowRange))
  }
}
